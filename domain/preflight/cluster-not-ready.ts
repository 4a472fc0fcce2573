import { isEnded } from "./operation-in-progress.ts";
import { preflightRule } from "./preflight-rule.ts";

/** A cluster whose last change failed takes no other change well. */
export const clusterNotReady = preflightRule({
  code: "ClusterNotReady",
  severity: "blocker",
  sentence: "The cluster's last operation succeeded.",
  remedy: "Bring the cluster back to Succeeded (az aks update repeats what failed), and run again.",
  needs: [],
  check: ({ cluster: { name, provisioningState } }) =>
    provisioningState === "Succeeded" || !isEnded(provisioningState)
      ? []
      : [
          {
            subject: name,
            message: `the cluster is in state ${provisioningState}`,
            evidence: [`provisioningState ${provisioningState}`],
          },
        ],
});
