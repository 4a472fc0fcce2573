import type { Outcome } from "../live.ts";
import type { Invariant } from "./invariant.ts";

/** Findings that may tell of something left behind; a drain that failed is none: what it had changed must be undone. */
const LEFT_BEHIND = ["UndoFailed", "OperationFailed", "OperationTimedOut"];

/** Whether a report says of a node or a pool that it was left as it is. */
function isTold(outcome: Outcome, name: string): boolean {
  const findings = [...outcome.reports.values()].flatMap((report) => report.findings);
  const named = new RegExp(`\\b${name}\\b`);
  return findings.some((finding) => LEFT_BEHIND.includes(finding.code) && named.test(JSON.stringify(finding)));
}

/** What runs do to clusters, and what they leave there. */
export const CLUSTER_INVARIANTS: readonly Invariant[] = [
  {
    name: "no budget is ever broken, and no pod goes past the eviction API",
    violations: ({ observer }) => [
      ...observer.brokenBudgets,
      ...observer.deletedPods.map((pod) => `deleted without eviction: ${pod}`),
    ],
  },
  {
    name: "no cordon outlives its run, unless a report names the node",
    violations: ({ simulator, design }, outcome) =>
      design.clusters.flatMap(({ name }) =>
        simulator.azure
          .kubernetes(name)
          .table("nodes")
          .list()
          .filter(({ spec }) => spec.unschedulable === true)
          .filter(({ metadata }) => !isTold(outcome, metadata.name))
          .map(({ metadata }) => `${name}: node ${metadata.name} is still cordoned`),
      ),
  },
  {
    name: "no pool outlives its run, unless a report names it",
    violations: ({ simulator, design }, outcome) =>
      design.clusters.flatMap(({ name, pools }) => {
        const there = simulator.azure.poolsOf(name).map((pool) => pool.name);
        return pools.flatMap((pool) => {
          const versions = there.filter((other) => other.replace(/\d+$/, "") === pool.name);
          if (versions.length === 1) return [];
          if (versions.length > 1 && versions.some((version) => isTold(outcome, version))) return [];
          return [`${name}: of pool ${pool.name} there is now: ${versions.join(" and ") || "nothing"}`];
        });
      }),
  },
];
