import type { Finding } from "./finding.ts";
import type { ClusterPlan } from "./upgrade-plan.ts";

/** What kept a run from upgrading a cluster when it last came to it. */
export interface BlockedBefore {
  /** Code and subject of each blocker, in order; nothing for one that was begun and failed. */
  readonly causes: readonly string[];
  /** What a run that failed had gone to, a line for the control plane and each pool; nothing for one that was blocked. */
  readonly goals?: readonly string[];
  readonly runId: string;
  readonly at: string;
}

/** What blocked clusters, by their names. */
export type BlockedClusters = Readonly<Record<string, BlockedBefore>>;

/** How long the same cause keeps the daily search from another try. */
const WEEK_MS = 7 * 86_400_000;

/** What blocks, in words that change when something else does. */
export function causesOf(findings: ReadonlyArray<Pick<Finding, "severity" | "code" | "subject">>): string[] {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  return [...new Set(blockers.map(({ code, subject }) => `${code} ${subject}`))].sort();
}

/** What a plan goes to in a cluster, a line for the control plane and each pool. */
export function goalsOf({ controlPlane, pools }: Pick<ClusterPlan, "controlPlane" | "pools">): string[] {
  const plane = controlPlane ? [`control plane ${controlPlane.to}`] : [];
  return [...plane, ...pools.map(({ name, toVersion, toImage }) => `${name} ${toVersion} ${toImage}`)].sort();
}

/** Whether a run failed on the way to all that a plan goes to, less than a week ago. */
export function hasFailedBefore(
  { goals, at }: BlockedBefore,
  plan: Parameters<typeof goalsOf>[0],
  nowMs: number,
): boolean {
  return goals !== undefined && goalsOf(plan).every((goal) => goals.includes(goal)) && !isOld(at, nowMs);
}

/** Keeps what blocks a cluster; what is older than a week is of no use, and forgotten. Pure. */
export function blockedAfter(
  known: BlockedClusters,
  { cluster, ...before }: BlockedBefore & { readonly cluster: string },
): BlockedClusters {
  const entries = Object.entries(known).filter(
    ([name, { at }]) => name !== cluster && !isOld(at, Date.parse(before.at)),
  );
  return Object.fromEntries([...entries, [cluster, before]]);
}

/** Whether a cluster is blocked by the same as when a run last came to it, less than a week ago. */
export function isBlockedAsBefore(before: BlockedBefore, causes: readonly string[], nowMs: number): boolean {
  const isSame =
    causes.length === before.causes.length && causes.every((cause, index) => cause === before.causes[index]);
  return before.goals === undefined && isSame && !isOld(before.at, nowMs);
}

function isOld(at: string, nowMs: number): boolean {
  return nowMs - Date.parse(at) >= WEEK_MS;
}
