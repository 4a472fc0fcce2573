import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EMPTY_QUEUE, fillQueue, isFailure, type QueuedCluster, queueAfter, type RingQueue } from "./ring-queue.ts";
import type { ClusterOutcome } from "./verdict.ts";

function cluster(name: string, attempt = 1): QueuedCluster {
  return { name, attempt, totalMs: 60_000, pieceMs: 60_000 };
}

type Operation = readonly [operation: string, input?: unknown];

const fill = (names: string[], allowedFailures = 0): Operation => [
  "fill",
  { clusters: names.map((name) => cluster(name)), allowedFailures },
];
const end = (name: string, outcome: ClusterOutcome): Operation => ["end", { name, outcome }];

/** Does operations one after the other; answers the queue and what was answered last. */
function outcomeOf(...operations: Operation[]): { queue: RingQueue; answer: unknown } {
  let last: { queue: RingQueue; answer: unknown } = { queue: EMPTY_QUEUE, answer: null };
  for (const [operation, input] of operations) {
    // Hosts keep JSON.
    last = queueAfter(JSON.parse(JSON.stringify(last.queue)), operation, input);
  }
  return last;
}

const names = (list: ReadonlyArray<{ readonly name: string }>) => list.map(({ name }) => name);

describe("the queue of a ring", () => {
  it("gives each lane the next cluster in the order of fleet.yaml, with all that is known of it", () => {
    expect(outcomeOf(fill(["a", "b"]), ["take", "l0"]).answer).toEqual(cluster("a"));
    expect(outcomeOf(fill(["a", "b"]), ["take", "l0"], ["take", "l1"]).answer).toEqual(cluster("b"));
    expect(outcomeOf(fill(["a"]), ["take", "l0"], ["take", "l1"]).answer).toBeNull();
    expect(outcomeOf(["take", "l0"]).answer).toBeNull();
  });

  it("gives a lane the same again until it has ended it", () => {
    const { queue, answer } = outcomeOf(fill(["a", "b"]), ["take", "l0"], ["take", "l0"]);
    expect(answer).toMatchObject({ name: "a" });
    expect(names(queue.todo)).toEqual(["b"]);
    expect(outcomeOf(fill(["a", "b"]), ["take", "l0"], end("a", "done"), ["take", "l0"]).answer).toEqual(cluster("b"));
  });

  it("gives a lane what it has taken also when the ring has stopped meanwhile", () => {
    const stopped: Operation[] = [fill(["a", "b"]), ["take", "l0"], ["take", "l1"], end("b", "failed")];
    expect(outcomeOf(...stopped, ["take", "l0"]).answer).toMatchObject({ name: "a" });
  });

  it("has a cluster that was put back stand first, and another lane may take it", () => {
    const back: Operation[] = [fill(["a", "b", "c"]), ["take", "l0"], ["take", "l1"], ["putBack", "a"]];
    expect(names(outcomeOf(...back).queue.todo)).toEqual(["a", "c"]);
    expect(outcomeOf(...back, ["take", "l2"]).answer).toEqual(cluster("a"));
    expect(outcomeOf(...back, ["putBack", "a"]).queue).toEqual(outcomeOf(...back).queue);
  });

  it("notes an outcome once, and none of a cluster that nobody has taken", () => {
    const ended: Operation[] = [fill(["a", "b"]), ["take", "l0"], end("a", "done")];
    expect(outcomeOf(...ended).queue.ended).toEqual([{ name: "a", attempt: 1, outcome: "done" }]);
    expect(outcomeOf(...ended, end("a", "failed")).queue).toEqual(outcomeOf(...ended).queue);
    expect(outcomeOf(fill(["a"]), end("a", "failed")).queue).toEqual(outcomeOf(fill(["a"])).queue);
  });

  it.each<[string, number, ClusterOutcome[], string | null]>([
    ["at the first failure, without a budget", 0, ["failed"], "halted: c0 failed"],
    ["at the first that is blocked, without a budget", 0, ["blocked"], "halted: c0 is blocked"],
    ["not while failures are within the budget", 2, ["failed", "done", "blocked"], null],
    [
      "at the failure beyond the budget, and names all",
      1,
      ["failed", "done", "blocked"],
      "halted: c0 failed, c2 is blocked, and 1 may fail",
    ],
    ["never for what went well or was left alone", 0, ["done", "skipped"], null],
    ["when the run was cancelled, whatever the budget", 9, ["done", "cancelled"], "cancelled"],
    ["for the cancellation, when something had failed within the budget", 1, ["failed", "cancelled"], "cancelled"],
    ["for the first reason that there was", 0, ["failed", "cancelled"], "halted: c0 failed"],
  ])("stops %s", (_when, budget, outcomes, stopped) => {
    const clusters = outcomes.map((_, index) => `c${index}`);
    const taken = clusters.map((_, lane): Operation => ["take", `l${lane}`]);
    const ends = outcomes.map((outcome, index) => end(`c${index}`, outcome));
    const { queue } = outcomeOf(fill([...clusters, "next"], budget), ...taken, ...ends);
    expect(queue.stopped).toBe(stopped);
    expect(queueAfter(queue, "take", "free").answer).toEqual(stopped === null ? cluster("next") : null);
  });

  it("stops when it is told to, and keeps the first reason", () => {
    const { queue } = outcomeOf(fill(["a"]), ["stop", "cancelled"], ["stop", "halted: later"]);
    expect(queue.stopped).toBe("cancelled");
    expect(queueAfter(queue, "take", "l0").answer).toBeNull();
  });

  it("is only read by an operation that nobody knows", () => {
    const { queue } = outcomeOf(fill(["a"]), ["take", "l0"]);
    expect(queueAfter(queue, "read", undefined)).toEqual({ queue, answer: queue });
    expect(queueAfter(queue, "burn", "a").queue).toBe(queue);
  });

  it("forgets in a new round what is done again, keeps the rest, and may begin again", () => {
    const first = outcomeOf(
      fill(["a", "b", "c"]),
      ["take", "l0"],
      end("a", "done"),
      ["take", "l0"],
      end("b", "failed"),
    );
    const queue = fillQueue(first.queue, [cluster("b", 2), cluster("c")], 1);
    expect(queue).toMatchObject({ stopped: null, allowedFailures: 1, running: [] });
    expect(names(queue.ended)).toEqual(["a"]);
    expect(queueAfter(queue, "take", "l0").answer).toEqual(cluster("b", 2));
    const again = queueAfter(queueAfter(queue, "take", "l0").queue, "end", { name: "b", outcome: "done" }).queue;
    expect(again.ended).toContainEqual({ name: "b", attempt: 2, outcome: "done" });
  });

  it("counts what failed and what is blocked as failures, and nothing else", () => {
    const outcomes: ClusterOutcome[] = ["done", "failed", "blocked", "cancelled", "skipped"];
    expect(outcomes.filter(isFailure)).toEqual(["failed", "blocked"]);
  });
});

describe("lanes that work side by side", () => {
  const step = fc.record({
    lane: fc.nat(3),
    act: fc.constantFrom("take", "take", "take again", "end", "end", "end again", "putBack"),
    outcome: fc.constantFrom<ClusterOutcome>("done", "done", "done", "failed", "blocked", "cancelled"),
  });

  it("never run one cluster twice, begin none once the ring has stopped, and lose none", () => {
    fc.assert(
      fc.property(fc.nat(8), fc.nat(3), fc.array(step, { maxLength: 60 }), (count, budget, steps) => {
        const all = Array.from({ length: count }, (_, index) => `c${index}`);
        let { queue } = outcomeOf(fill(all, budget));
        const held = new Map<number, string>();
        const begun: string[] = [];
        const apply = (operation: string, input: unknown) => {
          const done = queueAfter(queue, operation, input);
          queue = JSON.parse(JSON.stringify(done.queue));
          return done.answer;
        };
        for (const { lane, act, outcome } of steps) {
          const had = held.get(lane);
          const wasStopped = queue.stopped !== null;
          if (act.startsWith("take")) {
            const next = apply("take", `l${lane}`) as QueuedCluster | null;
            if (had !== undefined) expect(next?.name).toBe(had);
            else if (next !== null) {
              expect(wasStopped).toBe(false);
              expect([...held.values()]).not.toContain(next.name);
              held.set(lane, next.name);
              begun.push(next.name);
            }
            if (act === "take again") {
              const before = queue;
              expect(apply("take", `l${lane}`) ?? null).toEqual(next === null ? null : expect.objectContaining(next));
              expect(queue).toEqual(before);
            }
          } else if (had !== undefined) {
            const putsBack = act === "putBack";
            apply(putsBack ? "putBack" : "end", putsBack ? had : { name: had, outcome });
            held.delete(lane);
            if (putsBack) begun.splice(begun.lastIndexOf(had), 1);
            if (act === "end again") {
              const before = queue;
              apply("end", { name: had, outcome: "failed" });
              expect(queue).toEqual(before);
            }
          }
          if (wasStopped) expect(queue.stopped).not.toBeNull();
          expect(new Set(begun).size).toBe(begun.length);
          expect(names(queue.running).toSorted()).toEqual([...held.values()].toSorted());
          const accounted = [...queue.todo, ...queue.running, ...queue.ended];
          expect(names(accounted).toSorted()).toEqual(all.toSorted());
          const failures = queue.ended.filter((one) => isFailure(one.outcome)).length;
          if (failures > budget) expect(queue.stopped).not.toBeNull();
        }
      }),
      { numRuns: 400 },
    );
  });

  it("do all of a ring, each cluster once, when nothing fails", () => {
    fc.assert(
      fc.property(fc.nat(12), fc.array(fc.nat(3), { maxLength: 40 }), (count, turns) => {
        const all = Array.from({ length: count }, (_, index) => `c${index}`);
        let { queue } = outcomeOf(fill(all));
        const order: string[] = [];
        const turn = (lane: number) => {
          const held = queue.running.find((one) => one.lane === `l${lane}`);
          if (held) queue = queueAfter(queue, "end", { name: held.name, outcome: "done" }).queue;
          const taken = queueAfter(queue, "take", `l${lane}`);
          queue = taken.queue;
          if (taken.answer) order.push((taken.answer as QueuedCluster).name);
        };
        turns.forEach(turn);
        for (let rest = 0; rest <= count + 1; rest += 1) [0, 1, 2, 3].forEach(turn);
        expect(order).toEqual(all);
        expect(names(queue.ended).toSorted()).toEqual(all.toSorted());
      }),
    );
  });
});
