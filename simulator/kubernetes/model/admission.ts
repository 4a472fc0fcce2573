import { isDeepStrictEqual } from "node:util";
import type { ClusterModel } from "./cluster-model.ts";
import { ownFinalizers } from "./deletion.ts";
import { isObject } from "./list-keys.ts";
import type { ObjectDraft } from "./object-table.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Resource } from "./resources.ts";
import { invalid, StatusError } from "./status-error.ts";

type Fill = (cluster: ClusterModel, draft: ObjectDraft) => ObjectDraft;

/** What the server fills in on a new object, by kind. */
const FILLS: Readonly<Record<string, Fill>> = {
  pods: (_, draft) => ({ ...draft, status: { phase: "Pending" } }),
  namespaces: (_, draft) => ({
    ...draft,
    metadata: {
      ...draft.metadata,
      labels: { ...draft.metadata.labels, "kubernetes.io/metadata.name": draft.metadata.name },
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  }),
  secrets: (_, draft) => withEncodedText({ type: "Opaque", ...draft }),
  services: (cluster, draft) => ({ ...draft, spec: withAddress(cluster, draft.spec), status: { loadBalancer: {} } }),
  persistentvolumeclaims: (_, draft) => ({ ...draft, status: { phase: "Pending" } }),
  persistentvolumes: (_, draft) => ({ ...draft, status: { phase: "Available" } }),
};

/**
 * Takes a new object in as the server does: its namespace must be there and not going, and defaults are filled in.
 * Throws a 404 or 403 Status.
 */
export function admit(cluster: ClusterModel, resource: Resource, draft: ObjectDraft): ObjectDraft {
  const { namespace } = draft.metadata;
  if (namespace !== undefined) requireNamespace(cluster, resource, namespace, draft.metadata.name);
  if (resource.isCustom) return draft;
  const filled = FILLS[resource.plural]?.(cluster, draft) ?? draft;
  const finalizers = [...new Set([...(filled.metadata.finalizers ?? []), ...ownFinalizers(resource)])];
  return finalizers.length === 0 ? filled : { ...filled, metadata: { ...filled.metadata, finalizers } };
}

/** Throws a 404 Status without the namespace, and a 403 with cause NamespaceTerminating while it is being deleted. */
export function requireNamespace(
  cluster: ClusterModel,
  resource: Pick<Resource, "plural" | "group">,
  namespace: string,
  name: string,
): void {
  const holder = cluster.table("namespaces").get(undefined, namespace);
  if (holder.metadata.deletionTimestamp === undefined) return;
  const label = resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
  const cause = `namespace ${namespace} is being terminated`;
  const message = `${label} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
  const causes = [{ reason: "NamespaceTerminating", message: cause, field: "metadata.namespace" }];
  throw new StatusError(403, "Forbidden", message, { name, kind: resource.plural, causes });
}

/** `stringData` is a way to write `data`; it is never read back. */
export function withEncodedText<D extends { readonly [field: string]: unknown }>(draft: D): D {
  if (!isObject(draft.stringData)) return draft;
  const { stringData, ...rest } = draft;
  const encoded = Object.entries(stringData ?? {}).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  const data = { ...(isObject(draft.data) ? draft.data : {}), ...Object.fromEntries(encoded) };
  return { ...rest, data } as unknown as D;
}

function withAddress(cluster: ClusterModel, spec: unknown): unknown {
  const given = isObject(spec) ? spec : {};
  if (given.clusterIP !== undefined || given.type === "ExternalName") return given;
  const address = `10.0.${cluster.random.between(1, 254)}.${cluster.random.between(1, 254)}`;
  return { type: "ClusterIP", sessionAffinity: "None", ...given, clusterIP: address, clusterIPs: [address] };
}

/** Fields that stay as they were made, by kind. */
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  deployments: ["selector"],
  replicasets: ["selector"],
  daemonsets: ["selector"],
  statefulsets: ["selector", "serviceName", "volumeClaimTemplates"],
  jobs: ["template", "completions", "selector"],
};

/** Throws a 422 Status when a change touches a field that may not change. */
export function refuseImmutable(resource: Resource, before: KubernetesObject, after: KubernetesObject): void {
  if (resource.isCustom || !isObject(before.spec) || !isObject(after.spec)) return;
  const [old, next] = [before.spec, after.spec];
  const problems = (IMMUTABLE[resource.plural] ?? [])
    .filter((field) => !isDeepStrictEqual(old[field], next[field]))
    .map((field) => ({ field: `spec.${field}`, message: "Invalid value: field is immutable" }));
  const kind = resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
  if (problems.length > 0) throw invalid(kind, before.metadata.name, problems);
}
