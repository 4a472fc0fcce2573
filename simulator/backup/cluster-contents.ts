import { z } from "zod";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { type KubernetesObject, plainObjectSchema } from "../kubernetes/model/objects.ts";
import { parseQuantity } from "../kubernetes/model/quantity.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { dataOf } from "../kubernetes/model/volume-data.ts";
import { type Selection, selects } from "./selection.ts";

const itemSchema = z.object({ plural: z.string(), object: plainObjectSchema });

const volumeSchema = z.object({
  namespace: z.string(),
  claim: z.string(),
  bytes: z.number(),
  checksum: z.string(),
  manifest: z.string(),
  writtenMs: z.number().optional(),
});

const contentsSchema = z.object({
  cluster: z.string(),
  takenMs: z.number(),
  items: z.array(itemSchema),
  volumes: z.array(volumeSchema),
});

/** An object in a backup, with the plural name of its kind. */
export interface ContentItem {
  readonly plural: string;
  readonly object: KubernetesObject;
}

/** The data behind a claim. */
export type ContentVolume = z.infer<typeof volumeSchema>;

/** A cluster as it was at an instant. */
export interface Contents {
  readonly cluster: string;
  readonly takenMs: number;
  readonly items: readonly ContentItem[];
  readonly volumes: readonly ContentVolume[];
}

/** Reads contents that were kept. Throws a ZodError for anything else. */
export function parseContents(value: unknown): Contents {
  return contentsSchema.parse(value);
}

/** What comes and goes by itself, or is one cluster's own: nothing of it is in a backup. Volumes go with their claims. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "nodes",
  "events",
  "endpoints",
  "endpointslices",
  "leases",
  "controllerrevisions",
  "persistentvolumes",
  "volumeattachments",
  "csidrivers",
  "apiservices",
]);

/** Kinds of the tools that make backups; they do not back up themselves. */
const OWN_GROUP = "velero.io";

/**
 * Takes down what a selection takes in of a cluster. Objects that a controller made are left out, for it makes them again;
 * so is what is being deleted. The objects are shared with the cluster, not copied.
 */
export function takeContents(cluster: ClusterModel, selection: Selection, takenMs: number): Contents {
  const items = cluster
    .resources()
    .filter((resource) => isKept(cluster, resource))
    .flatMap((resource) =>
      cluster
        .tableOf(resource)
        .list()
        .filter(isOwnMaster)
        .map((object) => ({ plural: resource.plural, object }))
        .filter((item) => selects(selection, item)),
    );
  return { cluster: cluster.name, takenMs, items, volumes: items.flatMap((item) => volumeOf(cluster, item)) };
}

/** The contents of a cluster that nobody has looked into: what its fleet folder says runs on it. */
export function contentsOfManifests(
  cluster: string,
  manifests: ReadonlyArray<Pick<KubernetesObject, "apiVersion" | "kind"> & { readonly metadata: { name: string } }>,
  pluralOf: (apiVersion: string, kind: string) => Resource | undefined,
  selection: Selection,
  takenMs: number,
): Contents {
  const own = { uid: "", resourceVersion: "", creationTimestamp: "" };
  const items = manifests.flatMap((manifest) => {
    const resource = pluralOf(manifest.apiVersion, manifest.kind);
    if (!resource) return [];
    const place = resource.namespaced ? { namespace: "default" } : {};
    const object = plainObjectSchema.parse({ ...manifest, metadata: { ...own, ...place, ...manifest.metadata } });
    return [{ plural: resource.plural, object }];
  });
  return { cluster, takenMs, items: items.filter((item) => selects(selection, item)), volumes: [] };
}

/** One version of each kind is enough. */
function isKept(cluster: ClusterModel, resource: Resource): boolean {
  if (LEFT_OUT.has(resource.plural) || resource.group === OWN_GROUP) return false;
  const isSame = (other: Resource) => other.group === resource.group && other.plural === resource.plural;
  return cluster.resources().find(isSame) === resource;
}

function isOwnMaster({ metadata }: KubernetesObject): boolean {
  const isControlled = metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
  return !isControlled && metadata.deletionTimestamp === undefined;
}

function volumeOf(cluster: ClusterModel, { plural, object }: ContentItem): ContentVolume[] {
  if (plural !== "persistentvolumeclaims") return [];
  const { namespace = "", name } = object.metadata;
  const claim = cluster.table("persistentvolumeclaims").find(namespace, name);
  const volume = cluster.table("persistentvolumes").find(undefined, claim?.spec.volumeName ?? "");
  if (!claim || !volume) return [];
  const bytes = parseQuantity(claim.spec.resources?.requests?.storage ?? "1Gi");
  return [{ namespace, claim: name, bytes, ...dataOf(volume, claim, cluster.nowMs) }];
}
