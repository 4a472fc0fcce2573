import { preflightRule } from "./preflight-rule.ts";

/** Whether a cluster or a pool has been stopped. */
export function isStopped({ powerState }: { readonly powerState: string }): boolean {
  return powerState.toLowerCase() === "stopped";
}

/** A stopped cluster has no nodes to upgrade and no API to ask. */
export const clusterStopped = preflightRule({
  code: "ClusterStopped",
  severity: "blocker",
  sentence: "The cluster is running.",
  remedy: "Start the cluster (az aks start), and run again.",
  needs: [],
  check: ({ cluster }) =>
    isStopped(cluster)
      ? [{ subject: cluster.name, message: "the cluster is stopped", evidence: [`powerState ${cluster.powerState}`] }]
      : [],
});

/** A stopped pool is left alone; where nothing else is left, that is all there is to say. */
export const poolStopped = preflightRule({
  code: "PoolStopped",
  severity: "warning",
  sentence: "Every pool in the plan is running; where none is, that is a blocker.",
  remedy: "Start the pool (az aks nodepool start), and run again.",
  needs: [],
  check: ({ cluster, plan }) => {
    const planned = cluster.pools.filter(({ name }) => plan.pools.some((pool) => pool.name === name));
    const stopped = planned.filter(isStopped);
    return stopped.map((pool) => ({
      subject: `${cluster.name}/${pool.name}`,
      message: `pool ${pool.name} is stopped`,
      evidence: [`powerState ${pool.powerState}`],
      ...(stopped.length === planned.length ? { severity: "blocker" as const } : {}),
    }));
  },
});
