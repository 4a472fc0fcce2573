import type { ClusterModel } from "../model/cluster-model.ts";
import { keyOfObject } from "../model/object-table.ts";
import type { KubernetesObject } from "../model/objects.ts";
import { apiVersionOf } from "../model/resources.ts";
import { parseFieldSelector, parseLabelSelector } from "../model/selectors.ts";
import { badRequest, expired } from "../model/status-error.ts";
import type { ResourceTarget } from "./request-path.ts";

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

/** The list object for a collection request; honours `limit` and `continue`. Throws 400 and 410 Status errors. */
export function listObjects(cluster: ClusterModel, target: ResourceTarget, query: URLSearchParams) {
  const selected = selectionOf(target, query);
  const objects = cluster.table(target.resource.plural).list(target.namespace).filter(selected);
  const from = readContinue(query.get("continue") ?? "", cluster.version);
  const rest = from === undefined ? objects : objects.filter((object) => keyOfObject(object) > from.key);
  const limit = readLimit(query.get("limit"));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const version = from?.version ?? cluster.version;
  const remaining = rest.length - page.length;
  return {
    kind: `${target.resource.kind}List`,
    apiVersion: apiVersionOf(target.resource),
    metadata: {
      resourceVersion: String(version),
      ...(remaining > 0 && last
        ? { continue: writeContinue({ version, key: keyOfObject(last) }), remainingItemCount: remaining }
        : {}),
    },
    items: page,
  };
}

interface Continuation {
  readonly version: number;
  readonly key: string;
}

function readLimit(text: string | null): number {
  if (text === null || text === "" || text === "0") return Number.POSITIVE_INFINITY;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`limit must be a number, not ${text}`);
  return limit;
}

function writeContinue({ version, key }: Continuation): string {
  return Buffer.from(JSON.stringify([version, key])).toString("base64url");
}

/**
 * A page goes on after the last key that was handed out. The real server pages through one snapshot; here a page shows the
 * present under the first page's version, so that a watch from that version misses nothing.
 */
function readContinue(text: string, newestVersion: number): Continuation | undefined {
  if (text === "") return undefined;
  try {
    const [version, key]: unknown[] = JSON.parse(Buffer.from(text, "base64url").toString());
    if (typeof version === "number" && typeof key === "string" && version <= newestVersion) return { version, key };
  } catch {
    // Falls through: what cannot be read is answered as the server answers a token it does not know.
  }
  throw expired("The provided continue parameter is too old to display a consistent list result.");
}
