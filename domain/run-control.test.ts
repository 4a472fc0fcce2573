import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  cancellationOf,
  type Gate,
  keepRefusal,
  NO_CONTROL,
  openGate,
  pauseOf,
  type RunControl,
  type Signal,
  type SignalKind,
  shutGate,
  signalKindSchema,
  takeSignal,
} from "./run-control.ts";

const AT = "2026-11-21T08:00:00Z";

function signal(kind: SignalKind, change: Partial<Signal> = {}): Signal {
  return { id: `${kind}-1`, kind, by: "ada", reason: "tested", at: AT, gate: null, ...change };
}

function gate(id: string, options: SignalKind[] = ["approve", "decline"]): Gate {
  const times = { openedAt: AT, expiresAt: "2026-11-24T08:00:00Z" };
  const kind = options.includes("approve") ? "approval" : "halt";
  return { id, kind, ring: "prod", question: "May it?", evidence: [], options, ...times, unanswered: "it ends" };
}

const approval = gate("approve-prod");
const second = gate("approve-dr");
const halt = gate("halt-prod-1", ["retry", "skip"]);

/** A run that was told these signals, each of which it took. */
function told(control: RunControl, ...signals: Signal[]): RunControl {
  return signals.reduce((before, next) => {
    const taken = takeSignal(before, next);
    if ("refused" in taken) throw new Error(taken.refused);
    return taken.control;
  }, control);
}

/** What a run says to a signal: "taken", or why not. */
function answerTo(control: RunControl, sent: Signal): string {
  const taken = takeSignal(control, sent);
  return "refused" in taken ? taken.refused : "taken";
}

const asking = openGate(NO_CONTROL, approval);
const halted = openGate(NO_CONTROL, halt);
const paused = told(NO_CONTROL, signal("pause"));
const cancelled = told(NO_CONTROL, signal("cancel"));
const closed: RunControl = { ...NO_CONTROL, closed: true };

describe("a signal to a run", () => {
  const states = { running: NO_CONTROL, paused, asking, halted, cancelled, closed };
  const OVER = "the run is cancelled already";
  const MADE = "the run makes its report already";

  it.each<[SignalKind, Record<keyof typeof states, string>]>([
    ["cancel", { running: "taken", paused: "taken", asking: "taken", halted: "taken", cancelled: OVER, closed: MADE }],
    [
      "pause",
      {
        running: "taken",
        paused: "the run is paused already",
        asking: "taken",
        halted: "taken",
        cancelled: OVER,
        closed: MADE,
      },
    ],
    [
      "resume",
      {
        running: "the run is not paused",
        paused: "taken",
        asking: "the run is not paused",
        halted: "the run is not paused",
        cancelled: OVER,
        closed: MADE,
      },
    ],
    ...(["approve", "decline"] as const).map((kind): [SignalKind, Record<keyof typeof states, string>] => [
      kind,
      {
        running: `the run waits for no ${kind}`,
        paused: `the run waits for no ${kind}`,
        asking: "taken",
        halted: `the run waits for no ${kind}: halt-prod-1 takes retry, skip`,
        cancelled: OVER,
        closed: MADE,
      },
    ]),
    ...(["retry", "skip"] as const).map((kind): [SignalKind, Record<keyof typeof states, string>] => [
      kind,
      {
        running: `the run waits for no ${kind}`,
        paused: `the run waits for no ${kind}`,
        asking: `the run waits for no ${kind}: approve-prod takes approve, decline`,
        halted: "taken",
        cancelled: OVER,
        closed: MADE,
      },
    ]),
  ])("%s is taken where it has an effect, and refused with the reason elsewhere", (kind, expected) => {
    const sent = signal(kind, { id: "sent" });
    const answers = Object.entries(states).map(([name, state]) => [name, answerTo(state, sent)]);
    expect(Object.fromEntries(answers)).toEqual(expected);
  });

  it("that is known by its id is taken once, also when it could not be taken again", () => {
    expect(told(paused, signal("pause"))).toBe(paused);
    expect(told(cancelled, signal("cancel"))).toBe(cancelled);
    const over = { ...told(asking, signal("approve")), closed: true };
    expect(told(over, signal("approve"))).toBe(over);
  });

  it("is kept with who and why, and with the gate that it answers", () => {
    expect(told(asking, signal("approve")).signals).toEqual([signal("approve", { gate: "approve-prod" })]);
    expect(told(asking, signal("pause")).signals).toEqual([signal("pause")]);
  });

  it("pauses and resumes as often as it is wanted", () => {
    const again = told(paused, signal("resume"), signal("pause", { id: "p2", by: "bob" }));
    expect(pauseOf(again)?.by).toBe("bob");
    expect(pauseOf(told(again, signal("resume", { id: "r2" })))).toBeUndefined();
  });

  it("of cancellation ends a pause: there is nothing to resume", () => {
    const over = told(paused, signal("cancel"));
    expect(pauseOf(over)).toBeUndefined();
    expect(cancellationOf(over)?.by).toBe("ada");
  });

  it("is refused when a run has had too many, but for its cancellation", () => {
    const turns = Array.from({ length: 200 }, (_, index) =>
      signal(index % 2 === 0 ? "pause" : "resume", { id: `s${index}` }),
    );
    const worn = told(NO_CONTROL, ...turns);
    expect(answerTo(worn, signal("pause"))).toBe("the run has had 200 signals");
    expect(cancellationOf(told(worn, signal("cancel")))?.id).toBe("cancel-1");
  });
});

describe("a question of a run", () => {
  const both = openGate(asking, second);

  it.each([
    ["by its name", signal("approve", { gate: "approve-dr" }), "taken"],
    ["not without a name when two are open", signal("approve"), "say which gate is meant: approve-prod, approve-dr"],
    [
      "not by a name that is none",
      signal("approve", { gate: "approve-dev" }),
      "the run asks nothing by the name approve-dev",
    ],
    [
      "not with what it does not take",
      signal("retry", { gate: "approve-dr" }),
      "approve-dr takes approve, decline, not retry",
    ],
  ])("is answered %s", (_how, sent, expected) => {
    expect(answerTo(both, sent)).toBe(expected);
  });

  it("is answered without a name when only one takes the word", () => {
    const control = told(openGate(asking, halt), signal("skip"));
    expect(answerOf(control, halt.id)?.kind).toBe("skip");
    expect(control.gates).toEqual([approval]);
  });

  it("is answered once", () => {
    const answered = told(both, signal("approve", { gate: "approve-prod" }));
    expect(answerOf(answered, "approve-prod")?.kind).toBe("approve");
    expect(answered.gates).toEqual([second]);
    const late = signal("decline", { gate: "approve-prod" });
    expect(answerTo(answered, late)).toBe("the run asks nothing by the name approve-prod");
    expect(openGate(answered, approval)).toBe(answered);
  });

  it("stands once, however often it is put", () => {
    expect(openGate(asking, { ...approval, question: "again?" })).toBe(asking);
  });

  it("that was taken back and not answered may be put again", () => {
    expect(openGate(shutGate(asking, approval.id), approval).gates).toEqual([approval]);
  });

  it("is taken back, and taking it back twice is harmless", () => {
    const shut = shutGate(both, approval.id);
    expect(shut.gates).toEqual([second]);
    expect(shutGate(shut, approval.id)).toEqual(shut);
    expect(answerTo(shut, signal("approve", { gate: approval.id }))).not.toBe("taken");
  });

  it("is not put by a run that makes its report or is cancelled", () => {
    expect(openGate(closed, approval)).toBe(closed);
    expect(openGate(cancelled, approval)).toBe(cancelled);
  });

  it("stands no longer when the run is cancelled, and has no answer", () => {
    const over = told(both, signal("cancel"));
    expect(over.gates).toEqual([]);
    expect(answerOf(over, approval.id)).toBeUndefined();
  });
});

describe("refusals of a run", () => {
  it("are kept for those who sent them, the newest few", () => {
    const control = Array.from({ length: 25 }, (_, index) => `s${index}`).reduce(
      (before, id) => keepRefusal(before, id, "why"),
      NO_CONTROL,
    );
    expect(control.refused).toHaveLength(20);
    expect(control.refused[0]).toEqual({ id: "s5", why: "why" });
    expect(control.refused.at(-1)?.id).toBe("s24");
  });
});

describe("whatever is told a run in whatever order", () => {
  const act = fc.oneof(
    fc.record({
      kind: fc.constantFrom(...signalKindSchema.options),
      id: fc.nat(30).map(String),
      gate: fc.constantFrom(null, "g1", "g2", "g3"),
    }),
    fc.record({ open: fc.constantFrom("g1", "g2", "g3") }),
    fc.record({ shut: fc.constantFrom("g1", "g2", "g3") }),
    fc.constant("close" as const),
  );

  it("no signal is taken without effect, no gate is answered twice, and nothing follows the end", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        let control = NO_CONTROL;
        for (const one of acts) {
          const before = control;
          if (one === "close") control = { ...control, gates: [], closed: true };
          else if ("open" in one)
            control = openGate(control, gate(one.open, one.open === "g3" ? ["retry"] : undefined));
          else if ("shut" in one) control = shutGate(control, one.shut);
          else {
            const isKnown = before.signals.some(({ id }) => id === one.id);
            const taken = takeSignal(control, signal(one.kind, one));
            if ("refused" in taken) {
              expect(isKnown).toBe(false);
              expect(taken.refused).not.toBe("");
              continue;
            }
            control = taken.control;
            if (isKnown) {
              expect(control).toBe(before);
              continue;
            }
            expect(before.closed).toBe(false);
            expect(cancellationOf(before)).toBeUndefined();
            const kept = control.signals.at(-1);
            const answers = kept?.gate ?? null;
            const hasEffect =
              cancellationOf(control) !== cancellationOf(before) ||
              pauseOf(control) !== pauseOf(before) ||
              (answers !== null && before.gates.some(({ id }) => id === answers));
            expect(hasEffect).toBe(true);
          }
          const answered = control.signals.flatMap((one) => one.gate ?? []);
          expect(new Set(answered).size).toBe(answered.length);
          expect(control.gates.filter(({ id }) => answered.includes(id))).toEqual([]);
          if (control.closed || cancellationOf(control)) expect(control.gates).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });
});
