import type { PreflightRule } from "./preflight.ts";

/** A cluster that is being changed, or whose last change failed, takes no other change. */
export const clusterNotReady: PreflightRule = {
  code: "ClusterNotReady",
  severity: "blocker",
  sentence: "The cluster's last operation succeeded and none is in progress.",
  remedy: "Wait for the operation in progress, or bring the cluster back to Succeeded (az aks update), and run again.",
  check: ({ cluster }) =>
    cluster.provisioningState === "Succeeded"
      ? []
      : [
          {
            subject: cluster.name,
            message: `the cluster is in state ${cluster.provisioningState}`,
            evidence: [`provisioningState ${cluster.provisioningState}`],
          },
        ],
};
