import type { ClusterModel } from "./cluster-model.ts";
import type { KubernetesObject, Metadata, Pod } from "./objects.ts";
import { deletePod } from "./pod-lifecycle.ts";
import type { Resource } from "./resources.ts";

/** What happens to what a deleted object owns. */
export type Propagation = "Orphan" | "Background" | "Foreground";

/** How an object is deleted. */
export interface DeletionOptions {
  readonly graceSeconds?: number | undefined;
  readonly propagation?: Propagation | undefined;
}

export const ORPHAN_FINALIZER = "orphan";
export const FOREGROUND_FINALIZER = "foregroundDeletion";

/** Finalizers that the server itself puts on new objects of a kind (its admission plug-ins). */
const OWN_FINALIZERS: Readonly<Record<string, readonly string[]>> = {
  persistentvolumeclaims: ["kubernetes.io/pvc-protection"],
  persistentvolumes: ["kubernetes.io/pv-protection"],
};

/** The finalizers that a new object of this kind begins with. */
export function ownFinalizers(resource: Resource): readonly string[] {
  return resource.isCustom ? [] : (OWN_FINALIZERS[resource.plural] ?? []);
}

/**
 * Deletes an object as the API server does. With Orphan or Foreground the garbage collector is given its finalizer, and
 * the object stays until that is done; so does one with finalizers of its own, and a pod until its grace period is over.
 */
export function deleteObject(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  options: DeletionOptions = {},
): void {
  const table = cluster.tableOf(resource);
  const finalizers = finalizersFor(options.propagation ?? defaultPropagation(resource));
  if (resource.plural === "pods" && !resource.isCustom) {
    const pod = cluster.table("pods").find(object.metadata.namespace, object.metadata.name);
    if (pod) deletePod(cluster, withFinalizers(cluster, pod, finalizers), options.graceSeconds);
    return;
  }
  const started = object.metadata.deletionTimestamp !== undefined;
  if (resource.plural === "namespaces" && !started) {
    const current = cluster.table("namespaces").find(undefined, object.metadata.name);
    if (current)
      cluster.table("namespaces").update({ ...current, status: { ...current.status, phase: "Terminating" } });
  }
  if (resource.plural === "customresourcedefinitions") {
    table.finish(object, [...finalizers, "customresourcecleanup.apiextensions.k8s.io"]);
    return;
  }
  table.finish(object, started ? [] : finalizers);
}

function withFinalizers(cluster: ClusterModel, pod: Pod, finalizers: readonly string[]): Pod {
  if (finalizers.length === 0) return pod;
  const metadata: Metadata = { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), ...finalizers] };
  return cluster.table("pods").update({ ...pod, metadata });
}

function finalizersFor(propagation: Propagation): string[] {
  if (propagation === "Orphan") return [ORPHAN_FINALIZER];
  return propagation === "Foreground" ? [FOREGROUND_FINALIZER] : [];
}

/** Jobs of batch/v1 leave their pods behind unless told otherwise (pkg/registry/batch/job/strategy.go). */
function defaultPropagation({ plural, isCustom }: Resource): Propagation {
  return plural === "jobs" && !isCustom ? "Orphan" : "Background";
}
