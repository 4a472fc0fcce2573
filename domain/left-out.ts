import type { ClusterPlan, PoolPlan, RingPlan } from "./upgrade-plan.ts";

/**
 * A ring's plan without its upgrades of Kubernetes, which nobody approved; node images go on where the policy lets them, and
 * what of them has to be approved still has to be.
 */
export function withoutVersions(plan: RingPlan, why: string): RingPlan {
  const keepsImages = plan.ring.upgrades.nodeImage !== "notify";
  return leaveOut(plan, { of: "version", why }, (cluster) => ({
    controlPlane: null,
    pools: cluster.pools
      .filter(({ fromImage, toImage }) => keepsImages && fromImage !== toImage)
      .map((pool) => ({ ...pool, toVersion: pool.fromVersion })),
  }));
}

/** A ring's plan without node images that nobody approved; new nodes of another version come with the newest in any case. */
export function withoutImages(plan: RingPlan, why: string): RingPlan {
  return leaveOut(plan, { of: "image", why }, ({ controlPlane, pools }) => ({
    controlPlane,
    pools: pools.filter(changesVersion),
  }));
}

function leaveOut(
  plan: RingPlan,
  { of, why }: { readonly of: RingPlan["approvals"][number]["of"]; readonly why: string },
  keep: (cluster: ClusterPlan) => Pick<ClusterPlan, "controlPlane" | "pools">,
): RingPlan {
  return {
    ...plan,
    approvals: plan.approvals.filter((approval) => approval.of !== of),
    clusters: plan.clusters.map((cluster) => {
      const kept = keep(cluster);
      const isDropped = cluster.skip === null && kept.controlPlane === null && kept.pools.length === 0;
      return { ...cluster, ...kept, ...(isDropped ? { skip: why, skipCode: "Declined" as const } : {}) };
    }),
  };
}

function changesVersion({ fromVersion, toVersion }: PoolPlan): boolean {
  return fromVersion !== toVersion;
}
