import { describe, expect, it } from "vitest";
import type { Gate, Signal } from "../domain/run-control.ts";
import type { RunRecord } from "../domain/run-status.ts";
import type { EntityContext } from "./durable.ts";
import { NAMED_EVENTS, recordAfter, runRecord } from "./run-record.ts";

/** Does operations on the entity one after the other; answers its state and what each operation answered. */
function entityAfter(...operations: ReadonlyArray<readonly [name: string, input?: unknown]>) {
  let state: RunRecord | undefined;
  const answers: unknown[] = [];
  for (const [operationName, input] of operations) {
    const df = {
      operationName,
      getState: (initial: () => RunRecord) => state ?? initial(),
      setState: (next: RunRecord) => {
        // Hosts keep JSON.
        state = JSON.parse(JSON.stringify(next));
      },
      getInput: () => input,
      return: (answer: unknown) => answers.push(answer),
    };
    runRecord({ df } as unknown as EntityContext<RunRecord>);
  }
  return { state, answers: answers as RunRecord[] };
}

const AT = "2026-11-21T08:00:00Z";
const event = (id: string) => ({ id, source: "/x/dev-weu" });
const signal = (kind: Signal["kind"], id: string = kind): Signal => {
  return { id, kind, by: "ada", reason: "freeze", at: AT, gate: null };
};
const gate: Gate = {
  id: "approve-prod",
  kind: "approval",
  ring: "prod",
  question: "May ring prod be upgraded?",
  evidence: [],
  options: ["approve", "decline"],
  openedAt: AT,
  expiresAt: "2026-11-24T08:00:00Z",
  unanswered: "counts as declined",
};

describe("the record of a run", () => {
  it("names each folded event once", () => {
    const { state } = entityAfter(["fold", event("a")], ["fold", event("b")], ["fold", event("a")]);
    expect(state?.folded).toEqual([event("a"), event("b")]);
  });

  it("takes two events of one id from two sources for two", () => {
    const other = { id: "a", source: "/x/prod-weu" };
    expect(entityAfter(["fold", event("a")], ["fold", other]).state?.folded).toEqual([event("a"), other]);
  });

  it("takes no event in once it was read for the report, so that none is in no report", () => {
    const { state, answers } = entityAfter(["fold", event("a")], ["close"], ["fold", event("late")]);
    expect(answers).toMatchObject([{ control: { signals: [], closed: true }, folded: [event("a")] }]);
    expect(state).toMatchObject({ folded: [event("a")], control: { closed: true } });
  });

  it("takes no signal in once it was read for the report, and keeps why not", () => {
    const { state, answers } = entityAfter(["signal", signal("pause")], ["close"], ["signal", signal("cancel")]);
    expect(answers[0]?.control.signals).toEqual([signal("pause")]);
    expect(state?.control.signals).toEqual([signal("pause")]);
    expect(state?.control.refused).toEqual([{ id: "cancel", why: "the run makes its report already" }]);
  });

  it("keeps the first cancellation, and names so many events at most", () => {
    const cancellation = (by: string) => ({ ...signal("cancel", by), by });
    const many = Array.from({ length: NAMED_EVENTS + 5 }, (_, index) => ["fold", event(`e-${index}`)] as const);
    const { state } = entityAfter(["signal", cancellation("ada")], ["signal", cancellation("bob")], ...many);
    expect(state?.control.signals.map(({ by }) => by)).toEqual(["ada"]);
    expect(state?.control.refused).toEqual([{ id: "bob", why: "the run is cancelled already" }]);
    expect(state?.folded).toHaveLength(NAMED_EVENTS);
  });

  it("puts a question, takes its answer and does not put it again", () => {
    const { state, answers } = entityAfter(["openGate", gate], ["signal", signal("approve")], ["openGate", gate]);
    expect(answers.map(({ control }) => control.gates)).toEqual([[gate], []]);
    expect(state?.control.signals).toEqual([{ ...signal("approve"), gate: gate.id }]);
  });

  it("takes a question back, and refuses the answer that comes too late", () => {
    const { state, answers } = entityAfter(["openGate", gate], ["shutGate", gate.id], ["signal", signal("approve")]);
    expect(answers.at(-1)?.control.gates).toEqual([]);
    expect(state?.control.signals).toEqual([]);
    expect(state?.control.refused).toEqual([{ id: "approve", why: "the run waits for no approve" }]);
  });

  it("asks nothing any more once it was read for the report", () => {
    const { state } = entityAfter(["openGate", gate], ["close"], ["openGate", { ...gate, id: "halt-prod-1" }]);
    expect(state?.control.gates).toEqual([]);
  });

  it("names each part that waits once, until it leaves", () => {
    const { state } = entityAfter(["wait", "r*dev"], ["wait", "r*prod"], ["wait", "r*dev"], ["leave", "r*prod"]);
    expect(state?.waiters).toEqual(["r*dev"]);
    expect(entityAfter(["wait", "r*dev"], ["leave", "r*dev"], ["leave", "r*dev"]).state?.waiters).toEqual([]);
  });

  it("answers what came before one listens, so that no signal falls between two chairs", () => {
    const { answers } = entityAfter(["signal", signal("pause")], ["wait", "r*dev"]);
    expect(answers).toMatchObject([{ control: { signals: [signal("pause")] }, waiters: ["r*dev"] }]);
  });

  it.each([
    ["signal", signal("pause"), false],
    ["fold", event("a"), false],
    ["leave", "r*dev", false],
    ["wait", "r*dev", true],
    ["openGate", gate, true],
    ["shutGate", gate.id, true],
    ["close", undefined, true],
    ["read", undefined, true],
    ["what nobody knows", undefined, true],
  ])("to %s answers only who waits for it", (operation, input, answers) => {
    const { state } = entityAfter(["read"]);
    expect(state && recordAfter(state, operation, input).answers).toBe(answers);
  });

  it("is not changed by reading", () => {
    const { state } = entityAfter(["openGate", gate], ["signal", signal("pause")], ["fold", event("a")], ["wait", "x"]);
    expect(state && recordAfter(state, "read", undefined).record).toEqual(state);
  });
});
