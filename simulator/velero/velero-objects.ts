import { z } from "zod";
import type { Selection } from "../backup/selection.ts";
import { selectionSchema } from "../backup/selection.ts";
import { durationSeconds } from "../flux/duration.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import { splitKey } from "../kubernetes/controllers/controller.ts";
import { type ClusterModel, timeText } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { VELERO_API } from "./definitions.ts";

const texts = z.array(z.string()).nullish();

const choice = {
  includedNamespaces: texts,
  excludedNamespaces: texts,
  includedResources: texts,
  excludedResources: texts,
  includeClusterResources: z.boolean().nullish(),
  labelSelector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }).nullish(),
};

/** A Go duration, `720h`. */
const duration = z.string().refine((text) => durationSeconds(text) !== undefined, "must be a duration like 720h");

export const backupSpecSchema = z.looseObject({
  ...choice,
  storageLocation: z.string().nullish(),
  snapshotVolumes: z.boolean().nullish(),
  ttl: duration.nullish(),
});

export const restoreSpecSchema = z.looseObject({
  ...choice,
  backupName: z.string().nullish(),
  scheduleName: z.string().nullish(),
  namespaceMapping: z.record(z.string(), z.string()).nullish(),
  restorePVs: z.boolean().nullish(),
  existingResourcePolicy: z.enum(["none", "update"]).nullish(),
});

/** What the spec of a backup or restore takes in. Velero's `*` is everything. */
export function selectionOf(spec: z.infer<z.ZodObject<typeof choice>>): Selection {
  const all = (list: readonly string[] | null | undefined) => (list ?? []).filter((name) => name !== "*");
  return selectionSchema.parse({
    includedNamespaces: all(spec.includedNamespaces),
    excludedNamespaces: spec.excludedNamespaces ?? [],
    includedResourceTypes: all(spec.includedResources),
    excludedResourceTypes: spec.excludedResources ?? [],
    labelSelectors: Object.entries(spec.labelSelector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    // Left out, it means what belongs to the namespaces, and that is all of it when they all are meant.
    includeClusterScope: spec.includeClusterResources ?? all(spec.includedNamespaces).length === 0,
  });
}

/** What a phase of an object's status is. */
export function phaseOf({ status }: KubernetesObject): string {
  const phase = (status as { readonly phase?: unknown } | undefined)?.phase;
  return typeof phase === "string" ? phase : "";
}

/** Writes some of an object's status; the rest stays. Answers the object as it then is. */
export function writeStatus(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  change: Readonly<Record<string, unknown>>,
): KubernetesObject {
  const status = { ...(object.status as Record<string, unknown> | undefined), ...change };
  return cluster.tableOf(resource).update({ ...object, status });
}

/** A controller of one of Velero's kinds. */
export function veleroController(
  name: string,
  kind: string,
  reconcile: (cluster: ClusterModel, resource: Resource, object: KubernetesObject) => void,
): Controller {
  return {
    name,
    keysOf: ({ type, resource, object }) =>
      type !== "DELETED" && resource.group === "velero.io" && resource.kind === kind ? [keyOfObject(object)] : [],
    reconcile(cluster, key) {
      const resource = cluster.resourceOfKind(VELERO_API, kind);
      const [namespace, objectName] = splitKey(key);
      const object = resource && cluster.tableOf(resource).find(namespace, objectName);
      if (resource && object && object.metadata.deletionTimestamp === undefined) reconcile(cluster, resource, object);
    },
  };
}

/** An object of Velero's, by name. */
export function findObject(cluster: ClusterModel, kind: string, namespace: string, name: string) {
  const resource = cluster.resourceOfKind(VELERO_API, kind);
  return resource && cluster.tableOf(resource).find(namespace, name);
}

/** The model's present as Kubernetes writes it. */
export function nowText({ world }: ClusterModel): string {
  return timeText(world.nowMs);
}
