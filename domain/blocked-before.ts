import type { Finding } from "./finding.ts";

/** What blocked a cluster when a run last came to it. */
export interface BlockedBefore {
  /** Code and subject of each blocker, in order. */
  readonly causes: readonly string[];
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
  return isSame && !isOld(before.at, nowMs);
}

function isOld(at: string, nowMs: number): boolean {
  return nowMs - Date.parse(at) >= WEEK_MS;
}
