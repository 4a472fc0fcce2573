import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drainPolicySchema, fleetConfigSchema, type RingConfig } from "./fleet-config.ts";
import { promotionOf } from "./promotion.ts";
import { allowedFailures } from "./ring-policy.ts";
import { EMPTY_QUEUE, fillQueue, isFailure, noteOutcome, type RingQueue, takeNext } from "./ring-queue.ts";
import type { ClusterPlan, RingPlan, SkipCode } from "./upgrade-plan.ts";
import type { ClusterOutcome } from "./verdict.ts";

function planned(name: string, skipCode: SkipCode | null): ClusterPlan {
  const drain = { ...drainPolicySchema.parse({ barePods: "block", emptyDir: "block" }), stallMinutes: 10 };
  const skip = skipCode === null ? null : `${name} is ${skipCode}`;
  return { name, resourceId: `/${name}`, controlPlane: null, pools: [], drain, skip, skipCode };
}

interface Ring {
  readonly outcomes?: readonly ClusterOutcome[];
  readonly left?: readonly SkipCode[];
  readonly policy?: Partial<Pick<RingConfig, "failureBudget" | "successRatePercent">>;
}

/** A ring whose clusters, side by side, came to these outcomes; others were left alone. */
function ended({ outcomes = [], left = [], policy = {} }: Ring): { plan: RingPlan; queue: RingQueue } {
  const ring = fleetConfigSchema.shape.rings.element.parse({ name: "dev", ...policy });
  const begun = outcomes.map((_, index) => planned(`c${index}`, null));
  const clusters = [...begun, ...left.map((code, index) => planned(`s${index}`, code))];
  const todo = begun.map(({ name }) => ({ name, attempt: 1, totalMs: 1, pieceMs: 1 }));
  let queue = fillQueue(EMPTY_QUEUE, todo, allowedFailures(ring.failureBudget, clusters.length));
  for (const { name } of begun) queue = takeNext(queue, `lane of ${name}`).queue;
  for (const [index, outcome] of outcomes.entries()) queue = noteOutcome(queue, `c${index}`, outcome);
  return { plan: { ring, clusters, approvals: [] }, queue };
}

function promoted(ring: Ring): string {
  const { plan, queue } = ended(ring);
  const promotion = promotionOf(plan, queue);
  return promotion.kind === "promote" ? "promote" : `${promotion.kind}: ${promotion.reason}`;
}

const half = { successRatePercent: 50 };

describe("whether the rings after a ring may begin", () => {
  it.each<[string, Ring, string]>([
    ["yes, when all are done", { outcomes: ["done", "done"] }, "promote"],
    ["yes, when there was nothing to do: it runs what the run goes to", { left: ["UpToDate"] }, "promote"],
    ["yes, when clusters were left alone on purpose", { outcomes: ["done"], left: ["LeftAlone"] }, "promote"],
    ["yes, when none could be looked at: the ring says nothing against it", { left: ["LeftAlone"] }, "promote"],
    ["halted at a failure beyond the budget", { outcomes: ["done", "failed"] }, "halt: halted: c1 failed"],
    [
      "yes, when as many failed as may, and enough are done",
      { outcomes: ["done", "failed"], policy: { failureBudget: 1, ...half } },
      "promote",
    ],
    [
      "halted when one more failed than may",
      { outcomes: ["failed", "done", "blocked", "done"], policy: { failureBudget: 1, ...half } },
      "halt: halted: c0 failed, c2 is blocked, and 1 may fail",
    ],
    [
      "yes, when a share of the ring may fail, of all its clusters",
      { outcomes: ["failed", "done", "done"], left: ["UpToDate"], policy: { failureBudget: "25%", ...half } },
      "promote",
    ],
    [
      "halted when a share is less than one cluster",
      { outcomes: ["failed", "done", "done"], policy: { failureBudget: "25%", ...half } },
      "halt: halted: c0 failed",
    ],
    [
      "halted when fewer are done than are asked for, though no more failed than may",
      { outcomes: ["done", "failed"], policy: { failureBudget: 1, successRatePercent: 100 } },
      "halt: halted: 1 of 2 clusters are done, 100 % are asked for",
    ],
    [
      "yes, when a budget alone is given, and no more failed than may",
      { outcomes: ["failed", "done", "blocked", "done"], policy: { failureBudget: 2 } },
      "promote",
    ],
    [
      "halted when a budget alone is given, and none is done: nothing shows that the upgrade works",
      { outcomes: ["failed", "blocked"], policy: { failureBudget: 2 } },
      "halt: halted: none of 2 clusters is done",
    ],
    [
      "yes, when a budget alone is given, and nothing was to do",
      { left: ["UpToDate"], policy: { failureBudget: 1 } },
      "promote",
    ],
    [
      "halted when a budget alone is given that is less than one cluster",
      { outcomes: ["done", "failed"], policy: { failureBudget: "10%" } },
      "halt: halted: c1 failed",
    ],
    [
      "yes, at the share that is asked for exactly",
      { outcomes: ["done", "failed", "done"], policy: { failureBudget: 1, successRatePercent: 66.6 } },
      "promote",
    ],
    ["stopped when the run was cancelled", { outcomes: ["done", "cancelled"] }, "stop: cancelled"],
    [
      "stopped, not halted, when something failed and then the run was cancelled: nobody is asked",
      { outcomes: ["failed", "cancelled"] },
      "stop: cancelled",
    ],
    [
      "stopped when its regions wait: it has proven nothing",
      { left: ["NotOutInRegion", "LeftAlone"] },
      "stop: no cluster of ring dev has it yet: s0 is NotOutInRegion",
    ],
    ["yes, when some regions wait and one has it", { outcomes: ["done"], left: ["NotOutInRegion"] }, "promote"],
    ["yes, when some regions wait and one had it already", { left: ["NotOutInRegion", "UpToDate"] }, "promote"],
    [
      "not proven by what was declined",
      { left: ["NotOutInRegion", "Declined"] },
      "stop: no cluster of ring dev has it yet: s0 is NotOutInRegion",
    ],
  ])("%s", (_rule, ring, expected) => {
    expect(promoted(ring)).toBe(expected);
  });

  it("stopped when the ring was cancelled before anything began", () => {
    const { plan, queue } = ended({});
    expect(promotionOf(plan, { ...queue, stopped: "cancelled" })).toEqual({ kind: "stop", reason: "cancelled" });
  });

  it("halted when the ring stopped since its window will never do", () => {
    const { plan, queue } = ended({});
    const reason = "halted: no opening of the ring's window is long enough: about 300 min are needed";
    expect(promotionOf(plan, { ...queue, stopped: reason })).toEqual({ kind: "halt", reason, evidence: [] });
  });

  it("names in a halt what failed and what is blocked, and nothing else", () => {
    const { plan, queue } = ended({ outcomes: ["done", "failed", "blocked"] });
    expect(promotionOf(plan, queue)).toMatchObject({ kind: "halt", evidence: ["c1: failed", "c2: blocked"] });
  });

  it("never yes beyond the budget, below the success rate, or after a cancellation", () => {
    const outcome = fc.constantFrom<ClusterOutcome>("done", "done", "done", "failed", "blocked", "cancelled");
    const policy = fc.record({
      failureBudget: fc.oneof(
        fc.nat(3),
        fc.nat(100).map((percent) => `${percent}%`),
      ),
      successRatePercent: fc.nat(100),
    });
    const left = fc.array(fc.constantFrom<SkipCode>("UpToDate", "LeftAlone", "NotOutInRegion", "Declined"), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 8 }), left, policy, (outcomes, alone, rules) => {
        const failures = outcomes.filter(isFailure).length;
        const done = outcomes.filter((one) => one === "done").length;
        const isCancelled = outcomes.includes("cancelled");
        const isOver = failures > allowedFailures(rules.failureBudget, outcomes.length + alone.length);
        const isBelow = outcomes.length > 0 && 100 * done < rules.successRatePercent * outcomes.length;
        const isUnproven = done === 0 && !alone.includes("UpToDate") && alone.includes("NotOutInRegion");
        const { plan, queue } = ended({ outcomes, left: alone, policy: rules });
        const { kind } = promotionOf(plan, queue);
        const expected = isCancelled ? "stop" : isOver || isBelow ? "halt" : isUnproven ? "stop" : "promote";
        expect(kind).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});
