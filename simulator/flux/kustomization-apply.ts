import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import { applyObject } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { deleteObject } from "../kubernetes/model/deletion.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { StatusError } from "../kubernetes/model/status-error.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { ObjectReference } from "./health.ts";
import { isEncrypted } from "./sops.ts";

/** Where an applied object comes from; its labels say so. */
export interface Owner {
  readonly group: string;
  readonly manager: string;
  readonly name: string;
  readonly namespace: string;
}

/** An entry of an inventory, as Flux writes it: `<namespace>_<name>_<group>_<kind>` and the version. */
export interface InventoryEntry {
  readonly id: string;
  readonly v: string;
}

/** What was applied, in its order. */
export interface AppliedSet {
  readonly references: readonly ObjectReference[];
  readonly inventory: readonly InventoryEntry[];
  /** How many objects were created or changed. */
  readonly changed: number;
}

/**
 * Applies resources in Flux's stages: definitions and namespaces, then classes, then everything else. Of each stage all
 * objects are looked at before the first is written. Throws a FluxFailure with what the API server said.
 */
export function applyInStages(
  cluster: ClusterModel,
  resources: readonly KubernetesResource[],
  owner: Owner,
): AppliedSet {
  const encrypted = resources.find(isEncrypted);
  if (encrypted) {
    const what = "is SOPS encrypted, configuring decryption is required for this secret to be reconciled";
    throw failure(`${describe(encrypted)} ${what}`);
  }
  const isDefinition = ({ kind }: KubernetesResource) => kind === "CustomResourceDefinition" || kind === "Namespace";
  const isClass = ({ kind }: KubernetesResource) => kind.endsWith("Class");
  const stages = [
    resources.filter(isDefinition),
    resources.filter((resource) => !isDefinition(resource) && isClass(resource)),
    resources.filter((resource) => !isDefinition(resource) && !isClass(resource)),
  ];
  let changed = 0;
  for (const stage of stages) {
    for (const resource of stage) rehearse(cluster, resource);
    for (const resource of stage) if (apply(cluster, resource, owner)) changed += 1;
  }
  const references = resources.map((resource) => referenceOf(cluster, resource));
  return { references, inventory: references.map(entryOf), changed };
}

function failure(message: string): FluxFailure {
  return new FluxFailure("ReconciliationFailed", message);
}

/** An object as Flux names it in messages: `Deployment/shop/web`. */
function describe({ kind, metadata }: KubernetesResource): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/");
}

function rehearse(cluster: ClusterModel, resource: KubernetesResource): void {
  const { apiVersion, kind, metadata } = resource;
  const served = cluster.resourceOfKind(apiVersion, kind);
  if (!served) {
    throw failure(`${describe(resource)} dry-run failed: no matches for kind "${kind}" in version "${apiVersion}"`);
  }
  if (!served.namespaced) return;
  if (metadata.namespace === undefined) {
    throw failure(`${describe(resource)} namespace not specified: the server could not find the requested resource`);
  }
  if (!cluster.table("namespaces").find(undefined, metadata.namespace)) {
    throw failure(`${describe(resource)} not found: namespaces "${metadata.namespace}" not found`);
  }
}

/** Whether the object was created or changed. */
function apply(
  cluster: ClusterModel,
  resource: KubernetesResource,
  { group, manager, name, namespace }: Owner,
): boolean {
  const served = cluster.resourceOfKind(resource.apiVersion, resource.kind);
  if (!served) throw failure(`${describe(resource)} dry-run failed: no matches for kind "${resource.kind}"`);
  const { namespace: place, ...metadata } = resource.metadata;
  const own = { [`${group}/name`]: name, [`${group}/namespace`]: namespace };
  const labels = { ...textsOf(metadata.labels), ...own };
  const draft: ObjectDraft = {
    ...resource,
    metadata: { ...metadata, ...(served.namespaced && place !== undefined ? { namespace: place } : {}), labels },
  };
  try {
    return applyObject(cluster, served, draft, { manager, force: true }).action !== "unchanged";
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const reason = error.reason === undefined ? "" : ` (${error.reason})`;
    throw failure(`${describe(resource)} dry-run failed${reason}: ${error.message}`);
  }
}

function textsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, text]) => [key, String(text)]));
}

function referenceOf(cluster: ClusterModel, { apiVersion, kind, metadata }: KubernetesResource): ObjectReference {
  const namespaced = cluster.resourceOfKind(apiVersion, kind)?.namespaced !== false;
  return { apiVersion, kind, namespace: namespaced ? metadata.namespace : undefined, name: metadata.name };
}

function entryOf({ apiVersion, kind, namespace = "", name }: ObjectReference): InventoryEntry {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return { id: `${namespace}_${name.replaceAll(":", "__")}_${group}_${kind}`, v: version ?? "" };
}

/** The object behind an entry of an inventory. */
export function referenceOfEntry({ id, v }: InventoryEntry): ObjectReference {
  const parts = id.split("_");
  const [kind = "", group = ""] = [parts.at(-1), parts.at(-2)];
  const namespace = parts[0] ?? "";
  const name = parts.slice(1, -2).join("_").replaceAll("__", ":");
  return { apiVersion: group === "" ? v : `${group}/${v}`, kind, namespace: namespace || undefined, name };
}

/** Deletes what was applied once and is no longer, unless an annotation keeps it or another owner has it now. */
export function prune(cluster: ClusterModel, stale: readonly InventoryEntry[], owner: Owner): void {
  for (const reference of stale.map(referenceOfEntry)) {
    const resource = cluster.resourceOfKind(reference.apiVersion, reference.kind);
    const object = resource && cluster.tableOf(resource).find(reference.namespace, reference.name);
    if (resource && object && isOwned(object, owner)) {
      deleteObject(cluster, resource, object, { propagation: "Background" });
    }
  }
}

function isOwned({ metadata }: KubernetesObject, { group, name, namespace }: Owner): boolean {
  const keeps = metadata.labels?.[`${group}/prune`] ?? metadata.annotations?.[`${group}/prune`];
  if (keeps === "disabled" || metadata.deletionTimestamp !== undefined) return false;
  return metadata.labels?.[`${group}/name`] === name && metadata.labels?.[`${group}/namespace`] === namespace;
}
