import { z } from "zod";
import { admit, refuseImmutable, withEncodedText } from "../model/admission.ts";
import { applyObject, writerFor } from "../model/apply.ts";
import type { ClusterModel } from "../model/cluster-model.ts";
import { type DeletionOptions, deleteObject as deleteFrom, type Propagation } from "../model/deletion.ts";
import { recordUpdate } from "../model/field-ownership.ts";
import type { ObjectDraft } from "../model/object-table.ts";
import type { KubernetesObject, Metadata } from "../model/objects.ts";
import { applyPatch } from "../model/patch.ts";
import { apiVersionOf } from "../model/resources.ts";
import { badRequest, conflict, invalid, StatusError, staleVersion } from "../model/status-error.ts";
import { answeredList, selectionOf } from "./list.ts";
import type { ResourceTarget } from "./request-path.ts";

const draftSchema = z.looseObject({
  apiVersion: z.string().optional(),
  kind: z.string().optional(),
  status: z.unknown().optional(),
  metadata: z.looseObject({
    name: z.string().optional(),
    generateName: z.string().optional(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    resourceVersion: z.string().optional(),
  }),
});

const deleteOptionsSchema = z.looseObject({
  gracePeriodSeconds: z.number().int().nonnegative().nullish(),
  preconditions: z.looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() }).nullish(),
  propagationPolicy: z.enum(["Orphan", "Background", "Foreground"]).nullish(),
  orphanDependents: z.boolean().nullish(),
  dryRun: z.array(z.string()).nullish(),
});

/** The RFC 1123 rule for names. */
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** Names of roles and bindings are path segments, no more. */
const PATH_SEGMENT = /^(?!\.\.?$)[^/%]+$/;

/** A write as it was asked for. */
export interface WriteRequest {
  readonly body: unknown;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** Who writes, for the ownership of fields. */
  readonly manager: string;
}

type DraftMetadata = Partial<Metadata> & { readonly generateName?: string };

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
  const { labels, annotations, ...metadata } = draft.metadata;
  return {
    ...draft,
    ...expected,
    metadata: { ...metadata, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) } as DraftMetadata,
  };
}

/** Creates an object from a request's body. */
export function createObject(cluster: ClusterModel, target: ResourceTarget, request: WriteRequest): KubernetesObject {
  const { resource } = target;
  const draft = parseDraft(target, request.body);
  const { generateName, name: given, resourceVersion: _, ...metadata } = draft.metadata;
  const name = given ?? (generateName === undefined ? undefined : `${generateName}${cluster.random.suffix(5)}`);
  if (name === undefined) {
    const message = "Required value: name or generateName is required";
    throw invalid(resource.kind, "", [{ field: "metadata.name", message }]);
  }
  checkName(target, name);
  const placed = target.namespace === undefined ? {} : { namespace: target.namespace };
  const generated = generateName === undefined ? {} : { generateName };
  const full: ObjectDraft = { ...draft, metadata: { ...metadata, ...generated, ...placed, name } };
  const admitted = admit(cluster, resource, full);
  const owned = recordUpdate(undefined, admitted, writerFor(cluster, resource, request.manager));
  return cluster
    .tableOf(resource)
    .create({ ...admitted, metadata: { ...admitted.metadata, ...managedFieldsOf(owned) } });
}

function checkName({ resource }: ResourceTarget, name: string): void {
  const pattern = resource.group === "rbac.authorization.k8s.io" ? PATH_SEGMENT : NAME;
  if (pattern.test(name)) return;
  const message = `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'`;
  throw invalid(resource.kind, name, [{ field: "metadata.name", message }]);
}

function managedFieldsOf(object: Readonly<Record<string, unknown>>): object {
  const metadata = object.metadata;
  return typeof metadata === "object" && metadata !== null && "managedFields" in metadata
    ? { managedFields: metadata.managedFields }
    : {};
}

/** Replaces an object (PUT); the status is kept unless the request is for the status. */
export function replaceObject(cluster: ClusterModel, target: ResourceTarget, request: WriteRequest): KubernetesObject {
  const current = cluster.tableOf(target.resource).get(target.namespace, target.name ?? "");
  const draft = parseDraft(target, request.body);
  const version = draft.metadata.resourceVersion ?? current.metadata.resourceVersion;
  const next = { ...draft, metadata: { ...draft.metadata, resourceVersion: version } };
  return store(cluster, target, current, next, request.manager);
}

/**
 * Applies a patch to an object; a server-side apply creates it when it is not there. A `resourceVersion` in the patch is
 * an optimistic lock.
 */
export function patchObject(
  cluster: ClusterModel,
  target: ResourceTarget,
  request: WriteRequest,
): { readonly object: KubernetesObject; readonly isNew: boolean } {
  const { body, contentType, query, manager } = request;
  if (contentType.startsWith("application/apply-patch") && target.subresource === undefined) {
    if (!query.get("fieldManager"))
      throw badRequest(
        "PatchOptions.meta.k8s.io is invalid: fieldManager: Required value: is required for apply patch",
      );
    const draft = parseDraft(target, body);
    const name = draft.metadata.name ?? target.name ?? "";
    if (name !== target.name) throw badRequest(otherName(name, target.name ?? ""));
    const placed = target.namespace === undefined ? {} : { namespace: target.namespace };
    const { status: _, ...main } = draft;
    const given: ObjectDraft = {
      ...(target.resource.hasStatus ? main : draft),
      metadata: { ...draft.metadata, ...placed, name },
    };
    const force = ["true", "1"].includes(query.get("force") ?? "");
    const { object, action } = applyObject(cluster, target.resource, given, { manager, force });
    return { object, isNew: action === "created" };
  }
  const current = cluster.tableOf(target.resource).get(target.namespace, target.name ?? "");
  const type = contentType.startsWith("application/apply-patch") ? "application/merge-patch+json" : contentType;
  const patched = applyPatch(current, body, type, target.resource.isCustom);
  return { object: store(cluster, target, current, patched, manager), isNew: false };
}

function otherName(name: string, expected: string): string {
  return `the name of the object (${name}) does not match the name on the URL (${expected})`;
}

/** Writes what a client made of `current`: it may change the spec or the status, not both, and never the identity. */
function store(
  cluster: ClusterModel,
  target: ResourceTarget,
  current: KubernetesObject,
  next: unknown,
  manager: string,
): KubernetesObject {
  const { resource } = target;
  const table = cluster.tableOf(resource);
  const { name } = current.metadata;
  const draft = parseDraft(target, next);
  if (draft.metadata.resourceVersion !== current.metadata.resourceVersion) {
    throw staleVersion({ plural: resource.plural, group: resource.group }, name);
  }
  if (draft.metadata.name !== undefined && draft.metadata.name !== name) {
    throw badRequest(otherName(draft.metadata.name, name));
  }
  if (target.subresource === "status") return table.update(table.check({ ...current, status: draft.status }));
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds, managedFields } =
    current.metadata;
  const identity = {
    name,
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    deletionGracePeriodSeconds,
    managedFields,
  };
  const encoded = resource.plural === "secrets" && !resource.isCustom ? withEncodedText(draft) : draft;
  const merged = {
    ...encoded,
    metadata: withoutNull({ ...draft.metadata, ...identity }),
    ...(resource.hasStatus ? { status: current.status } : {}),
  };
  const checked = table.check(withoutNull(merged));
  refuseImmutable(resource, current, checked);
  const owned = recordUpdate({ ...current }, { ...checked }, writerFor(cluster, resource, manager));
  return table.update({ ...checked, metadata: { ...checked.metadata, ...managedFieldsOf(owned) } });
}

function withoutNull<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null)) as T;
}

/** What a deletion is answered with: the object while it stays, else a Status that names what went. */
export function deleteObject(
  cluster: ClusterModel,
  target: ResourceTarget,
  body: unknown,
  query: URLSearchParams,
): object {
  const { resource } = target;
  const table = cluster.tableOf(resource);
  const object = table.get(target.namespace, target.name ?? "");
  const options = parseDeleteOptions(body);
  const label = { plural: resource.plural, group: resource.group };
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== object.metadata.uid) {
    const cause = `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(label, object.metadata.name, cause);
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    const cause = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion}). The object might have been modified`;
    throw conflict(label, object.metadata.name, cause);
  }
  if (options.dryRun?.includes("All") !== true && query.get("dryRun") !== "All") {
    deleteFrom(cluster, resource, object, deletionOf(options, query));
  }
  const left = table.find(target.namespace, object.metadata.name);
  if (resource.plural === "pods" || left?.metadata.deletionTimestamp !== undefined) return left ?? object;
  const { name } = object.metadata;
  const details = { name, ...(resource.group === "" ? {} : { group: resource.group }), kind: resource.plural };
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };
  return { ...status, details: { ...details, uid: object.metadata.uid } };
}

/** Deletes every object that the request selects. */
export function deleteCollection(cluster: ClusterModel, target: ResourceTarget, body: unknown, query: URLSearchParams) {
  const selected = cluster.tableOf(target.resource).list(target.namespace).filter(selectionOf(target, query));
  const options = deletionOf(parseDeleteOptions(body), query);
  for (const object of selected) deleteFrom(cluster, target.resource, object, options);
  const { resource } = target;
  const list = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(cluster.version) },
    items: selected,
  };
  return answeredList(list, resource);
}

function deletionOf(options: z.infer<typeof deleteOptionsSchema>, query: URLSearchParams): DeletionOptions {
  const inQuery = query.get("gracePeriodSeconds");
  const orphaned = options.orphanDependents === true || query.get("orphanDependents") === "true";
  return {
    graceSeconds: options.gracePeriodSeconds ?? (inQuery === null ? undefined : Number(inQuery)),
    propagation:
      options.propagationPolicy ?? readPropagation(query.get("propagationPolicy")) ?? (orphaned ? "Orphan" : undefined),
  };
}

function readPropagation(text: string | null): Propagation | undefined {
  if (text === null || text === "") return undefined;
  if (text === "Orphan" || text === "Background" || text === "Foreground") return text;
  throw badRequest(`invalid deletion propagation policy: ${text}`);
}

/** Reads the options of a deletion; an empty body has none. Throws a 400 Status. */
export function parseDeleteOptions(body: unknown): z.infer<typeof deleteOptionsSchema> {
  if (body === undefined) return {};
  const parsed = deleteOptionsSchema.safeParse(body);
  if (!parsed.success) throw new StatusError(400, "BadRequest", `delete options: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
