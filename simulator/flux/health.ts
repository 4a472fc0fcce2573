import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { conditionsOf, statusOf } from "./flux-status.ts";

/** How far an object is, in the words of kstatus. */
export type Health = "Current" | "InProgress" | "Failed" | "Terminating" | "NotFound";

/** An object by kind and name. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** How far the object of a reference is. */
export function healthOfReference(cluster: ClusterModel, reference: ObjectReference): Health {
  const resource = cluster.resourceOfKind(reference.apiVersion, reference.kind);
  const namespace = resource?.namespaced ? reference.namespace : undefined;
  const object = resource && cluster.tableOf(resource).find(namespace, reference.name);
  return object ? healthOf(object) : "NotFound";
}

/** How far an object is (kstatus, sigs.k8s.io/cli-utils/pkg/kstatus). */
export function healthOf(object: KubernetesObject): Health {
  if (object.metadata.deletionTimestamp !== undefined) return "Terminating";
  const status = statusOf(object);
  const { observedGeneration } = status;
  const { generation } = object.metadata;
  if (observedGeneration !== undefined && observedGeneration !== generation) return "InProgress";
  const own = BY_KIND[object.kind];
  if (own) return own(isObject(object.spec) ? object.spec : {}, status, object);
  return byConditions(object);
}

type Json = Readonly<Record<string, unknown>>;

const BY_KIND: Readonly<Record<string, (spec: Json, status: Json, object: KubernetesObject) => Health>> = {
  Deployment: (spec, status, object) => {
    const stuck = conditionsOf(object).some(({ reason }) => reason === "ProgressDeadlineExceeded");
    if (stuck) return "Failed";
    const wanted = numberOf(spec.replicas, 1);
    const done = ["updatedReplicas", "availableReplicas", "readyReplicas", "replicas"].every(
      (field) => numberOf(status[field], 0) === wanted,
    );
    return done && status.observedGeneration !== undefined ? "Current" : "InProgress";
  },
  StatefulSet: (spec, status) => settled(status, ["readyReplicas", "updatedReplicas"], numberOf(spec.replicas, 1)),
  ReplicaSet: (spec, status) => settled(status, ["readyReplicas"], numberOf(spec.replicas, 1)),
  DaemonSet: (_, status) =>
    settled(status, ["numberAvailable", "updatedNumberScheduled"], numberOf(status.desiredNumberScheduled, 0)),
  Job: (_, __, object) => {
    const isTrue = (name: string) =>
      conditionsOf(object).some(({ type, status }) => type === name && status === "True");
    return isTrue("Failed") ? "Failed" : isTrue("Complete") ? "Current" : "InProgress";
  },
  PersistentVolumeClaim: (_, status) => (status.phase === "Bound" ? "Current" : "InProgress"),
  Pod: (_, status, object) => {
    if (status.phase === "Succeeded") return "Current";
    if (status.phase === "Failed") return "Failed";
    const ready = conditionsOf(object).some(({ type, status: value }) => type === "Ready" && value === "True");
    return ready ? "Current" : "InProgress";
  },
  CustomResourceDefinition: (_, __, object) =>
    conditionsOf(object).some(({ type, status }) => type === "Established" && status === "True")
      ? "Current"
      : "InProgress",
};

function settled(status: Json, fields: readonly string[], wanted: number): Health {
  const done = fields.every((field) => numberOf(status[field], 0) === wanted);
  return done && status.observedGeneration !== undefined ? "Current" : "InProgress";
}

function byConditions(object: KubernetesObject): Health {
  const conditions = conditionsOf(object);
  const isTrue = (name: string) => conditions.some(({ type, status }) => type === name && status === "True");
  if (isTrue("Stalled")) return "Failed";
  if (isTrue("Reconciling")) return "InProgress";
  const ready = conditions.find(({ type }) => type === "Ready");
  const isFlux = object.apiVersion.includes(".toolkit.fluxcd.io/");
  if (!ready) return isFlux ? "InProgress" : "Current";
  return ready.status === "True" ? "Current" : "InProgress";
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
