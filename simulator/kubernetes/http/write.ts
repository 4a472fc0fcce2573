import { z } from "zod";
import type { ClusterModel } from "../model/cluster-model.ts";
import type { ObjectDraft } from "../model/object-table.ts";
import type { KubernetesObject } from "../model/objects.ts";
import { applyPatch } from "../model/patch.ts";
import { deletePod } from "../model/pod-lifecycle.ts";
import { apiVersionOf } from "../model/resources.ts";
import { badRequest, conflict, invalid, StatusError, staleVersion } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";

const draftSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  status: z.unknown().optional(),
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    resourceVersion: z.string().optional(),
  }),
});

const deleteOptionsSchema = z.looseObject({
  gracePeriodSeconds: z.number().int().nonnegative().nullish(),
  preconditions: z.looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() }).nullish(),
  dryRun: z.array(z.string()).nullish(),
});

/** The RFC 1123 rule for names. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

function parseDraft(target: ResourceTarget, body: unknown) {
  const parsed = draftSchema.safeParse(body);
  if (!parsed.success) throw badRequest(`the body is not a ${target.resource.kind}: ${z.prettifyError(parsed.error)}`);
  const draft = parsed.data;
  const expected = { apiVersion: apiVersionOf(target.resource), kind: target.resource.kind };
  for (const field of ["apiVersion", "kind"] as const) {
    if ((draft[field] ?? expected[field]) !== expected[field]) {
      throw badRequest(`${draft[field]} in version ${draft.apiVersion} cannot be handled as a ${expected.kind}`);
    }
  }
  const { namespace } = draft.metadata;
  if (namespace !== undefined && namespace !== target.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  return { ...draft, ...expected };
}

/** Creates an object from a request's body. */
export function createObject(cluster: ClusterModel, target: ResourceTarget, body: unknown): KubernetesObject {
  const draft = parseDraft(target, body);
  const { generateName, name: given, ...metadata } = draft.metadata;
  const name = given ?? (generateName === undefined ? undefined : `${generateName}${cluster.random.suffix(5)}`);
  if (name === undefined) {
    const message = "Required value: name or generateName is required";
    throw invalid(target.resource.kind, "", [{ field: "metadata.name", message }]);
  }
  if (!NAME.test(name)) {
    const message = `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`;
    throw invalid(target.resource.kind, name, [{ field: "metadata.name", message }]);
  }
  const namespaces = cluster.table("namespaces");
  if (target.namespace !== undefined) namespaces.get(undefined, target.namespace);
  const { resourceVersion: _, ...kept } = metadata;
  const placed = target.namespace === undefined ? {} : { namespace: target.namespace };
  const object: ObjectDraft = { ...draft, metadata: { ...kept, ...placed, name } };
  return cluster.table(target.resource.plural).create(withDefaults(target, object));
}

function withDefaults(target: ResourceTarget, draft: ObjectDraft): ObjectDraft {
  if (target.resource.plural === "pods") return { ...draft, status: { phase: "Pending" } };
  if (target.resource.plural === "namespaces") return { ...draft, status: { phase: "Active" } };
  return draft;
}

/** Replaces an object (PUT); the status is kept unless the request is for the status. */
export function replaceObject(cluster: ClusterModel, target: ResourceTarget, body: unknown): KubernetesObject {
  const table = cluster.table(target.resource.plural);
  const current = table.get(target.namespace, target.name ?? "");
  const draft = parseDraft(target, body);
  const version = draft.metadata.resourceVersion ?? current.metadata.resourceVersion;
  return store(cluster, target, current, { ...draft, metadata: { ...draft.metadata, resourceVersion: version } });
}

/** Applies a patch to an object. A `resourceVersion` in the patch is an optimistic lock. */
export function patchObject(
  cluster: ClusterModel,
  target: ResourceTarget,
  body: unknown,
  contentType: string,
): KubernetesObject {
  const current = cluster.table(target.resource.plural).get(target.namespace, target.name ?? "");
  const patched = applyPatch(current, body, contentType);
  return store(cluster, target, current, patched);
}

/** Writes what a client made of `current`: it may change the spec or the status, not both, and never the identity. */
function store(cluster: ClusterModel, target: ResourceTarget, current: KubernetesObject, next: unknown) {
  const table = cluster.table(target.resource.plural);
  const { name } = current.metadata;
  const label = { plural: target.resource.plural, group: target.resource.group };
  const draft = parseDraft(target, next);
  if (draft.metadata.resourceVersion !== current.metadata.resourceVersion) throw staleVersion(label, name);
  if (draft.metadata.name !== undefined && draft.metadata.name !== name) {
    throw badRequest(`the name of the object (${draft.metadata.name}) does not match the name on the URL (${name})`);
  }
  const identity = {
    name,
    uid: current.metadata.uid,
    creationTimestamp: current.metadata.creationTimestamp,
    ...(current.metadata.generation === undefined ? {} : { generation: current.metadata.generation }),
  };
  const merged =
    target.subresource === "status"
      ? { ...current, status: draft.status }
      : { ...draft, metadata: { ...draft.metadata, ...identity }, status: current.status };
  return table.update(table.check(withoutUndefined(merged)));
}

function withoutUndefined(object: object): unknown {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

/** Deletes an object as DELETE does, with the preconditions and grace period of its options. */
export function deleteObject(
  cluster: ClusterModel,
  target: ResourceTarget,
  body: unknown,
  query: URLSearchParams,
): KubernetesObject {
  const table = cluster.table(target.resource.plural);
  const object = table.get(target.namespace, target.name ?? "");
  const options = parseDeleteOptions(body);
  const uid = options.preconditions?.uid;
  if (uid !== undefined && uid !== object.metadata.uid) {
    const cause = `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict({ plural: target.resource.plural, group: target.resource.group }, object.metadata.name, cause);
  }
  const inQuery = query.get("gracePeriodSeconds");
  const grace = options.gracePeriodSeconds ?? (inQuery === null ? undefined : Number(inQuery));
  if (options.dryRun?.includes("All") || query.get("dryRun") === "All") return object;
  if (target.resource.plural === "pods") {
    deletePod(cluster, cluster.table("pods").get(target.namespace, object.metadata.name), grace);
    return cluster.table("pods").find(target.namespace, object.metadata.name) ?? object;
  }
  table.remove(object);
  return object;
}

/** Reads the options of a deletion; an empty body has none. Throws a 400 Status. */
export function parseDeleteOptions(body: unknown): z.infer<typeof deleteOptionsSchema> {
  if (body === undefined) return {};
  const parsed = deleteOptionsSchema.safeParse(body);
  if (!parsed.success) throw new StatusError(400, "BadRequest", `delete options: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
