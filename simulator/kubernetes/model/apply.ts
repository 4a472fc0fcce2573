import { isDeepStrictEqual } from "node:util";
import { admit, refuseImmutable, withEncodedText } from "./admission.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { applyConfiguration, type Writer } from "./field-ownership.ts";
import { builtInListKinds, customListKinds, isObject, type ListKinds } from "./list-keys.ts";
import type { ObjectDraft } from "./object-table.ts";
import type { KubernetesObject } from "./objects.ts";
import { apiVersionOf, type Resource } from "./resources.ts";
import { badRequest } from "./status-error.ts";

/** What an apply came to. */
export interface Applied {
  readonly object: KubernetesObject;
  readonly action: "created" | "configured" | "unchanged";
}

/** The writer that a field manager is, for objects of a resource. */
export function writerFor(cluster: ClusterModel, resource: Resource, manager: string): Writer {
  return { manager, apiVersion: apiVersionOf(resource), now: cluster.nowText(), kinds: listKindsOf(cluster, resource) };
}

function listKindsOf(cluster: ClusterModel, resource: Resource): ListKinds {
  if (!resource.isCustom) return builtInListKinds;
  const name = `${resource.plural}.${resource.group}`;
  const definition = cluster.table("customresourcedefinitions").find(undefined, name);
  return definition ? customListKinds(definition, resource.version) : builtInListKinds;
}

/**
 * Server-side apply of one object, created when it is not there. Throws Status errors: 404 without its namespace, 409 for
 * fields that another manager holds, 422 for what is not valid.
 */
export function applyObject(
  cluster: ClusterModel,
  resource: Resource,
  given: ObjectDraft,
  { manager, force }: { readonly manager: string; readonly force: boolean },
): Applied {
  const { namespace, name } = given.metadata;
  if (Array.isArray(given.metadata.managedFields)) throw badRequest("metadata.managedFields must be nil");
  const draft = resource.plural === "secrets" && !resource.isCustom ? withEncodedText(given) : given;
  const table = cluster.tableOf(resource);
  const writer = writerFor(cluster, resource, manager);
  const current = table.find(namespace, name);
  if (!current) {
    const fresh = applyConfiguration({ metadata: draft.metadata }, draft, writer, force);
    return {
      object: table.create(admit(cluster, resource, { ...fresh, metadata: draftMetadata(fresh) })),
      action: "created",
    };
  }
  const { resourceVersion: _, ...metadata } = draft.metadata;
  const merged = applyConfiguration({ ...current }, { ...draft, metadata }, writer, force);
  const next = table.check({ ...merged, status: current.status, apiVersion: current.apiVersion });
  const stored = current.status === undefined ? withoutStatus(next) : next;
  refuseImmutable(resource, current, stored);
  if (isDeepStrictEqual(stored, current)) return { object: current, action: "unchanged" };
  return { object: table.update(stored), action: "configured" };
}

function withoutStatus<T extends KubernetesObject>(object: T): T {
  const { status: _, ...rest } = object;
  return rest as T;
}

function draftMetadata(value: Readonly<Record<string, unknown>>): ObjectDraft["metadata"] {
  const metadata = isObject(value.metadata) ? value.metadata : {};
  return metadata as unknown as ObjectDraft["metadata"];
}

/**
 * Puts what a manifest says into a cluster that is being made, as its first `kubectl apply` did. Throws an Error that
 * names the object when nothing serves its kind, and Status errors for what is not valid.
 */
export function createFromManifest(cluster: ClusterModel, draft: ObjectDraft): KubernetesObject {
  const { apiVersion = "", kind = "" } = draft;
  const resource = cluster.resourceOfKind(apiVersion, kind);
  if (!resource) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}" (${draft.metadata.name})`);
  const { namespace = "default", ...metadata } = draft.metadata;
  const placed: ObjectDraft["metadata"] = resource.namespaced ? { ...metadata, namespace } : metadata;
  const current = cluster.tableOf(resource).find(placed.namespace, placed.name);
  if (current) return current;
  return cluster.tableOf(resource).create(admit(cluster, resource, { ...draft, metadata: placed }));
}
