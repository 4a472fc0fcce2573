import { DISRUPTION_TIMEOUT_MS, spendDisruption } from "./budget.ts";
import type { ClusterModel } from "./cluster-model.ts";
import type { Budget, Pod } from "./objects.ts";
import { deletePod } from "./pod-lifecycle.ts";
import { isPodFinished, isPodReady, isPodTerminating } from "./pod-state.ts";
import { matchesSelector } from "./selectors.ts";
import { StatusError } from "./status-error.ts";

/** What the body of an eviction asks for. */
export interface EvictionOptions {
  readonly uid?: string | undefined;
  readonly graceSeconds?: number | undefined;
  readonly dryRun?: boolean | undefined;
}

/** What a try at an eviction came to. A refusal is a value, since the budget may have been spent all the same. */
export type EvictionOutcome =
  | { readonly kind: "evicted" }
  | { readonly kind: "refused"; readonly error: StatusError; readonly budgetName?: string };

/**
 * Evicts a pod as the API server's eviction subresource does (kubernetes/kubernetes pkg/registry/core/pod/storage/eviction.go):
 * the budget is spent before the deletion is tried, also when the UID then turns out to be another.
 * Throws a 404 Status when there is no such pod.
 */
export function evictPod(
  cluster: ClusterModel,
  namespace: string,
  name: string,
  options: EvictionOptions = {},
): EvictionOutcome {
  const pod = cluster.table("pods").get(namespace, name);
  if (!ignoresBudget(pod)) {
    const refusal = askBudget(cluster, pod, options.dryRun === true);
    if (refusal) return refusal;
  }
  if (options.uid !== undefined && options.uid !== pod.metadata.uid) {
    recheckBudgetsLater(cluster, pod);
    return { kind: "refused", error: otherUid(pod, options.uid) };
  }
  if (options.dryRun !== true) deletePod(cluster, pod, options.graceSeconds);
  return { kind: "evicted" };
}

/** The budgets of the pod's namespace whose selector matches it. A missing selector matches nothing. */
export function budgetsOf(cluster: ClusterModel, pod: Pod): Budget[] {
  return cluster
    .table("poddisruptionbudgets")
    .list(pod.metadata.namespace)
    .filter(({ spec }) => spec.selector !== undefined && matchesSelector(spec.selector, pod.metadata.labels));
}

/** What was spent on a pod that stays comes back when its time has run out; nothing else would tell the controller. */
function recheckBudgetsLater(cluster: ClusterModel, pod: Pod): void {
  for (const { metadata } of budgetsOf(cluster, pod)) {
    const args = { namespace: metadata.namespace ?? "", name: metadata.name };
    cluster.schedule(DISRUPTION_TIMEOUT_MS / 1_000, "budget.recheck", args);
  }
}

function ignoresBudget(pod: Pod): boolean {
  return isPodFinished(pod) || pod.status?.phase === "Pending" || isPodTerminating(pod);
}

function askBudget(cluster: ClusterModel, pod: Pod, dryRun: boolean): EvictionOutcome | undefined {
  const [budget, second] = budgetsOf(cluster, pod);
  if (!budget) return undefined;
  if (second) {
    const message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    return { kind: "refused", error: new StatusError(500, undefined, message) };
  }
  const status = budget.status;
  if (!status || status.observedGeneration < (budget.metadata.generation ?? 1)) {
    const message = "Cannot evict pod as it would violate the pod's disruption budget.";
    const details = {
      causes: [
        {
          reason: "DisruptionBudget",
          message: `The disruption budget ${budget.metadata.name} is still being processed by the server.`,
        },
      ],
      retryAfterSeconds: 10,
    };
    const error = new StatusError(429, "TooManyRequests", message, details, 10);
    return { kind: "refused", error, budgetName: budget.metadata.name };
  }
  if (!isPodReady(pod) && mayGoUnready(budget, status)) return undefined;
  if (status.disruptionsAllowed <= 0) {
    return { kind: "refused", error: budgetRefuses(budget, status), budgetName: budget.metadata.name };
  }
  if (!dryRun) {
    const spent = spendDisruption(budget, status, pod.metadata.name, cluster.nowText());
    cluster.table("poddisruptionbudgets").update({ ...budget, status: spent });
  }
  return undefined;
}

/** Whether a pod that is not ready may go without spending the budget (`unhealthyPodEvictionPolicy`). */
function mayGoUnready(budget: Budget, status: NonNullable<Budget["status"]>): boolean {
  if (budget.spec.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  return status.desiredHealthy > 0 && status.currentHealthy >= status.desiredHealthy;
}

function budgetRefuses(budget: Budget, status: NonNullable<Budget["status"]>): StatusError {
  const { name } = budget.metadata;
  return new StatusError(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [
      {
        reason: "DisruptionBudget",
        message: `The disruption budget ${name} needs ${status.desiredHealthy} healthy pods and has ${status.currentHealthy} currently`,
      },
    ],
  });
}

function otherUid(pod: Pod, uid: string): StatusError {
  const { name, uid: stored } = pod.metadata;
  const message = `Operation cannot be fulfilled on Pod "${name}": the UID in the precondition (${uid}) does not match the UID in record (${stored}). The object might have been deleted and then recreated`;
  return new StatusError(409, "Conflict", message, { name, kind: "Pod" });
}
