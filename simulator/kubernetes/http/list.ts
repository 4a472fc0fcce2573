import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { KubernetesObject } from "../model/objects.ts";
import { apiVersionOf, type Resource } from "../model/resources.ts";
import { parseFieldSelector, parseLabelSelector } from "../model/selectors.ts";
import { badRequest, expired, StatusError } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";

/** How long a page's successor can be asked for: etcd is compacted every five minutes. */
const CONTINUE_MS = 300_000;

/** Which objects a list or a watch is about. */
export function selectionOf(target: ResourceTarget, query: URLSearchParams): (object: KubernetesObject) => boolean {
  const byLabels = parseLabelSelector(query.get("labelSelector") ?? "");
  const byFields = parseFieldSelector(query.get("fieldSelector") ?? "", target.resource.plural);
  return (object) =>
    (target.namespace === undefined || object.metadata.namespace === target.namespace) &&
    (target.name === undefined || object.metadata.name === target.name) &&
    byLabels(object.metadata.labels ?? {}) &&
    byFields(object);
}

/** An object as clients of one version of its resource see it. */
export function present(object: KubernetesObject, resource: Resource): KubernetesObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
}

/** The list object for a collection request; honours `limit` and `continue`. Throws 400, 410 and 504 Status errors. */
export function listObjects(cluster: ClusterModel, target: ResourceTarget, query: URLSearchParams) {
  checkVersion(cluster, query);
  const selected = selectionOf(target, query);
  const objects = cluster.tableOf(target.resource).list(target.namespace).filter(selected);
  const from = readContinue(query.get("continue") ?? "", cluster);
  const rest = from === undefined ? objects : objects.filter((object) => keyOfObject(object) > from.key);
  const limit = readLimit(query.get("limit"));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const version = from?.version ?? cluster.version;
  const sinceMs = from?.sinceMs ?? cluster.nowMs;
  const remaining = rest.length - page.length;
  return {
    kind: `${target.resource.kind}List`,
    apiVersion: apiVersionOf(target.resource),
    metadata: {
      resourceVersion: String(version),
      ...(remaining > 0 && last
        ? { continue: writeContinue({ version, key: keyOfObject(last), sinceMs }), remainingItemCount: remaining }
        : {}),
    },
    items: page.map((object) => present(object, target.resource)),
  };
}

/** A list as it is answered: items of Kubernetes' own kinds do not say again what the list says, their kind and version. */
export function answeredList<L extends { readonly items: readonly KubernetesObject[] }>(
  { items, ...list }: L,
  { isCustom }: Resource,
): object {
  const untyped = ({ kind: _, apiVersion: __, ...item }: KubernetesObject) => item;
  return { ...list, items: isCustom ? items : items.map(untyped) };
}

/**
 * What is said about a version in a list: one of the future is waited for in vain (504), and an exact one that has been
 * overtaken is gone (410), since only the present is kept.
 */
function checkVersion(cluster: ClusterModel, query: URLSearchParams): void {
  const text = query.get("resourceVersion") ?? "";
  const match = query.get("resourceVersionMatch") ?? "";
  if (match !== "" && text === "")
    throw badRequest("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (text === "" || text === "0") return;
  const version = Number(text);
  if (!Number.isInteger(version)) throw badRequest(`Invalid value: "${text}": resourceVersion must be a number`);
  refuseFuture(cluster, version);
  if (match === "Exact" && version < cluster.version) {
    throw expired("The provided resource version is too old to display a consistent list result.");
  }
}

/** Throws the 504 Status of a version that is not there yet. */
export function refuseFuture(cluster: ClusterModel, version: number): void {
  if (version <= cluster.version) return;
  const message = `Too large resource version: ${version}, current: ${cluster.version}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  throw new StatusError(504, "Timeout", message, { causes, retryAfterSeconds: 1 }, 1);
}

interface Continuation {
  readonly version: number;
  readonly key: string;
  readonly sinceMs: number;
}

function readLimit(text: string | null): number {
  if (text === null || text === "" || text === "0") return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit must be a number, not ${text}`);
  return limit;
}

function writeContinue({ version, key, sinceMs }: Continuation): string {
  return Buffer.from(JSON.stringify([version, key, sinceMs])).toString("base64url");
}

/**
 * A page goes on after the last key that was handed out. The real server pages through one snapshot; here a page shows the
 * present under the first page's version, so that a watch from that version misses nothing. A token is good for as long
 * as the real one's snapshot is kept.
 */
function readContinue(text: string, cluster: ClusterModel): Continuation | undefined {
  if (text === "") return undefined;
  try {
    const [version, key, sinceMs]: unknown[] = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof version === "number" && typeof key === "string" && typeof sinceMs === "number") {
      const isFresh = cluster.nowMs - sinceMs <= CONTINUE_MS && version <= cluster.version;
      if (isFresh && version >= cluster.log.firstVersion) return { version, key, sinceMs };
    }
  } catch {
    // Falls through: what cannot be read is answered as the server answers a token it does not know.
  }
  throw expired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
  );
}
