import { preflightRule } from "./preflight-rule.ts";

/** States in which nothing is going on; provisioningState is an open string, and any other is work. */
const ENDED_STATES = ["Succeeded", "Failed", "Canceled"];

/** Whether the last operation that a state tells of has ended. */
export function isEnded(provisioningState: string): boolean {
  return ENDED_STATES.includes(provisioningState);
}

/** AKS works on one operation of a cluster at a time and answers 409 to the next. */
export const operationInProgress = preflightRule({
  code: "OperationInProgress",
  severity: "blocker",
  sentence: "No other operation on the cluster or any of its pools is in progress.",
  remedy:
    "Wait until it has ended (az aks operation show-latest), or abort it (az aks operation-abort), and run again.",
  needs: [],
  check: ({ cluster }) =>
    [
      { subject: cluster.name, what: "the cluster", state: cluster.provisioningState },
      ...cluster.pools.map((pool) => ({
        subject: `${cluster.name}/${pool.name}`,
        what: `pool ${pool.name}`,
        state: pool.provisioningState,
      })),
    ]
      .filter(({ state }) => !isEnded(state))
      .map(({ subject, what, state }) => ({
        subject,
        message: `another operation on ${what} is in progress (${state})`,
        evidence: [`provisioningState ${state}`],
      })),
});
