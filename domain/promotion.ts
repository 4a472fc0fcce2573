import { missingSuccess } from "./ring-policy.ts";
import { isFailure, type RingQueue } from "./ring-queue.ts";
import type { RingPlan } from "./upgrade-plan.ts";

/** Whether the rings after this one may begin. */
export type Promotion =
  | { readonly kind: "promote" }
  /** Somebody is asked how to go on. */
  | { readonly kind: "halt"; readonly reason: string; readonly evidence: readonly string[] }
  /** Nothing to be asked: the run was cancelled, or nothing shows yet that the upgrade works. */
  | { readonly kind: "stop"; readonly reason: string };

/**
 * Decides by what a ring's clusters came to: a cancelled run stops; more failures than the budget, or fewer successes than
 * the ring asks for, halt it; and a ring in which no cluster runs what the run goes to, since its regions wait for it, has
 * proven nothing, so those after it wait for the next run.
 */
export function promotionOf(plan: RingPlan, queue: RingQueue): Promotion {
  if (queue.stopped === "cancelled" || queue.ended.some(({ outcome }) => outcome === "cancelled")) {
    return { kind: "stop", reason: "cancelled" };
  }
  const failures = queue.ended.filter(({ outcome }) => isFailure(outcome));
  const evidence = failures.map(({ name, outcome }) => `${name}: ${outcome}`);
  if (queue.stopped !== null) return { kind: "halt", reason: queue.stopped, evidence };
  const done = queue.ended.filter(({ outcome }) => outcome === "done").length;
  // A cluster that was stopped, unreachable or busy when its turn had come was not begun: the next run takes it up.
  const begun = queue.ended.filter(({ outcome }) => outcome !== "skipped").length;
  const missing = missingSuccess(plan.ring, { done, begun, clusters: plan.clusters.length });
  if (missing !== null) return { kind: "halt", reason: `halted: ${missing}`, evidence };
  const proven = done > 0 || plan.clusters.some(({ skipCode }) => skipCode === "UpToDate");
  const waiting = plan.clusters.filter(({ skipCode }) => skipCode === "NotOutInRegion");
  if (!proven && waiting.length > 0) {
    return { kind: "stop", reason: `no cluster of ring ${plan.ring.name} has it yet: ${waiting[0]?.skip ?? ""}` };
  }
  return { kind: "promote" };
}
