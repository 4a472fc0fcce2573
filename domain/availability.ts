import type { ClusterFacts } from "./cluster-facts.ts";
import type { Finding } from "./finding.ts";
import { isEnded } from "./preflight/operation-in-progress.ts";

/** Whether a cluster may be changed now: it may, something goes on in it, or it has to be left alone. */
export type Availability =
  | { readonly kind: "free" }
  /** Another operation holds it: it is waited for. */
  | { readonly kind: "busy"; readonly reason: string }
  /** Nothing to wait for: the next run takes it up again. */
  | { readonly kind: "away"; readonly code: "ClusterStopped" | "ClusterUnreachable"; readonly reason: string };

/** Judges a cluster whose turn has come by what Azure says of it. */
export function availabilityOf(facts: ClusterFacts): Availability {
  if (facts.powerState.toLowerCase() === "stopped") {
    return { kind: "away", code: "ClusterStopped", reason: `${facts.name} is stopped` };
  }
  if (!isEnded(facts.provisioningState)) {
    return { kind: "busy", reason: `another operation on ${facts.name} is in progress (${facts.provisioningState})` };
  }
  const pool = facts.pools.find(({ provisioningState }) => !isEnded(provisioningState));
  if (pool === undefined) return { kind: "free" };
  const reason = `another operation on pool ${pool.name} of ${facts.name} is in progress (${pool.provisioningState})`;
  return { kind: "busy", reason };
}

/** The finding of a cluster that was left alone when its turn had come. */
export function leftAloneFinding(cluster: string, code: string, reason: string): Finding {
  return {
    code,
    severity: "warning",
    subject: cluster,
    message: reason,
    evidence: [],
    remedy: "Nothing was touched; the next run takes the cluster up again.",
    cluster,
  };
}
