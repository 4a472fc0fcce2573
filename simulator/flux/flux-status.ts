import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { type Happening, recordEvent } from "../kubernetes/model/events.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { Condition, KubernetesObject } from "../kubernetes/model/objects.ts";
import { withCondition } from "../kubernetes/model/pod-state.ts";
import type { Resource } from "../kubernetes/model/resources.ts";

export const REQUESTED_AT = "reconcile.fluxcd.io/requestedAt";

type Status = Readonly<Record<string, unknown>>;

/** A condition without its time; undefined takes a condition away. */
export type ConditionChange =
  | {
      readonly type: string;
      readonly status: "True" | "False" | "Unknown";
      readonly reason: string;
      readonly message: string;
    }
  | { readonly type: string; readonly gone: true };

/** The status of an object, whatever its kind. */
export function statusOf(object: KubernetesObject): Status {
  return isObject(object.status) ? object.status : {};
}

/** The conditions of an object. */
export function conditionsOf(object: KubernetesObject): Condition[] {
  const { conditions } = statusOf(object);
  return Array.isArray(conditions) ? (conditions as Condition[]) : [];
}

/** Whether an object is Ready for its present generation. */
export function isReady(object: KubernetesObject): boolean {
  return (
    statusOf(object).observedGeneration === object.metadata.generation &&
    conditionsOf(object).some(({ type, status }) => type === "Ready" && status === "True")
  );
}

/** Writes conditions and other fields into the status of the object as it is now; answers it, or undefined when it is gone. */
export function writeStatus(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  changes: readonly ConditionChange[],
  fields: Status = {},
): KubernetesObject | undefined {
  const current = cluster.tableOf(resource).find(object.metadata.namespace, object.metadata.name);
  if (current?.metadata.uid !== object.metadata.uid) return undefined;
  let conditions = conditionsOf(current);
  for (const change of changes) {
    if ("gone" in change) conditions = conditions.filter(({ type }) => type !== change.type);
    else {
      const observedGeneration = current.metadata.generation ?? 1;
      conditions = withCondition(conditions, { ...change, observedGeneration }, cluster.nowText());
    }
  }
  const status = Object.fromEntries(
    Object.entries({ ...statusOf(current), ...fields, conditions }).filter(([, value]) => value !== undefined),
  );
  return cluster.tableOf(resource).update({ ...current, status });
}

/** The conditions while something is under way. */
export function progressing(message: string): ConditionChange[] {
  return [
    { type: "Ready", status: "Unknown", reason: "Progressing", message: "Reconciliation in progress" },
    { type: "Reconciling", status: "True", reason: "Progressing", message },
  ];
}

/** The conditions of success. */
export function succeeded(reason: string, message: string): ConditionChange[] {
  return [
    { type: "Ready", status: "True", reason, message },
    { type: "Reconciling", gone: true },
    { type: "Stalled", gone: true },
  ];
}

/** The conditions of a failure that will be tried again. */
export function failed(reason: string, message: string): ConditionChange[] {
  return [
    { type: "Ready", status: "False", reason, message },
    { type: "Reconciling", status: "True", reason: "ProgressingWithRetry", message },
    { type: "Stalled", gone: true },
  ];
}

/** The conditions of a failure that needs somebody. */
export function stalled(reason: string, message: string): ConditionChange[] {
  return [
    { type: "Ready", status: "False", reason, message },
    { type: "Reconciling", gone: true },
    { type: "Stalled", status: "True", reason, message },
  ];
}

/** What is said of an attempt, whatever came of it: the generation and the request that it was for. */
export function observed(object: KubernetesObject): Status {
  const requested = object.metadata.annotations?.[REQUESTED_AT];
  return {
    observedGeneration: object.metadata.generation ?? 1,
    ...(requested === undefined ? {} : { lastHandledReconcileAt: requested }),
  };
}

/** Records an event of one of Flux's controllers. */
export function tell(
  cluster: ClusterModel,
  object: KubernetesObject,
  component: string,
  change: Omit<Happening, "component">,
) {
  recordEvent(cluster, object, { ...change, component });
}
