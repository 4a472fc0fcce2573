import { differencesFromModel, modelNameOf } from "./kubernetes-models.ts";

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Reasons by code, as k8s.io/apimachinery has them; several codes have more than one. */
const REASONS: Readonly<Record<number, readonly string[]>> = {
  400: ["BadRequest"],
  401: ["Unauthorized"],
  403: ["Forbidden"],
  404: ["NotFound"],
  405: ["MethodNotAllowed"],
  406: ["NotAcceptable"],
  409: ["Conflict", "AlreadyExists"],
  410: ["Expired", "Gone"],
  413: ["RequestEntityTooLarge"],
  415: ["UnsupportedMediaType"],
  422: ["Invalid"],
  429: ["TooManyRequests"],
  500: ["InternalError", "InternalServerError"],
  503: ["ServiceUnavailable"],
  504: ["Timeout", "GatewayTimeout"],
};

/** What is wrong with a JSON answer of a cluster's API server; nothing when it is as a real one's. */
export function kubernetesMistakes(method: string, path: string, status: number, body: unknown): string[] {
  // What comes through a proxy is the service's own, unless it is the API server's Status.
  if (/\/services\/[^/]+\/proxy(?:\/|$)/.test(path) && !(isObject(body) && body.kind === "Status")) return [];
  if (!isObject(body)) return ["the body is no object"];
  if (status >= 400) return statusMistakes(status, body);
  if (/^\/(?:openapi|version)/.test(path)) return path === "/version" ? differencesFromModel("VersionInfo", body) : [];
  const { kind, apiVersion } = body;
  if (typeof kind !== "string" || typeof apiVersion !== "string") return ["kind or apiVersion is missing"];
  if (kind === "Status") return differencesFromModel("V1Status", body);
  if (kind === "Table") return tableMistakes(body);
  if (/^API(?:Versions|GroupList|ResourceList|Group)$/.test(kind)) return differencesFromModel(`V1${kind}`, body);
  if (kind === "APIGroupDiscoveryList") return Array.isArray(body.items) ? [] : [`${kind} without items`];
  if (Array.isArray(body.items) && kind.endsWith("List")) return listMistakes(kind, apiVersion, body);
  return objectMistakes(body, method === "POST" && /(?:review|token|eviction|binding)s?$/i.test(path));
}

/** What is wrong with one event of a watch. */
export function watchEventMistakes(event: unknown): string[] {
  if (!isObject(event) || !isObject(event.object)) return ["a watch event without an object"];
  const { type, object, ...rest } = event;
  const unknown = Object.keys(rest).map((member) => `${member}: a watch event has no such member`);
  if (type === "ERROR") return [...unknown, ...statusMistakes(Number(object.code), object)];
  if (type === "BOOKMARK") {
    const { resourceVersion } = (object.metadata ?? {}) as Json;
    return typeof resourceVersion === "string" ? unknown : [...unknown, "a bookmark without its resourceVersion"];
  }
  if (type !== "ADDED" && type !== "MODIFIED" && type !== "DELETED") return [...unknown, `type ${type} is none`];
  return [...unknown, ...objectMistakes(object, false)];
}

function statusMistakes(status: number, body: Json): string[] {
  const mistakes = differencesFromModel("V1Status", body);
  if (body.kind !== "Status" || body.apiVersion !== "v1") mistakes.push("a refusal is a v1 Status");
  if (body.status !== "Failure") mistakes.push(`status is ${body.status}, not Failure`);
  if (body.code !== status) mistakes.push(`code is ${body.code}, the answer's status ${status}`);
  if (typeof body.message !== "string" || body.message === "") mistakes.push("message is missing");
  const reasons = REASONS[status];
  const { reason } = body;
  if (reason !== undefined && reasons && !reasons.includes(String(reason))) {
    mistakes.push(`reason ${reason} does not go with ${status}`);
  }
  return mistakes;
}

function tableMistakes({ columnDefinitions, rows, metadata }: Json): string[] {
  if (!Array.isArray(columnDefinitions) || !Array.isArray(rows)) return ["a Table without columnDefinitions or rows"];
  const width = columnDefinitions.length;
  const mistakes = isObject(metadata) ? [] : ["a Table without metadata"];
  for (const row of rows) {
    const cells: unknown = isObject(row) ? row.cells : undefined;
    if (!Array.isArray(cells) || cells.length !== width) mistakes.push(`a row has not ${width} cells`);
    else if (!isObject(row) || !isObject(row.object)) mistakes.push("a row without its object");
  }
  return mistakes;
}

function listMistakes(kind: string, apiVersion: string, { items, metadata }: Json): string[] {
  const version = isObject(metadata) ? metadata.resourceVersion : undefined;
  const mistakes = typeof version === "string" && /^\d+$/.test(version) ? [] : ["a list without its resourceVersion"];
  const own = kind.slice(0, -"List".length);
  const isOwnKind = modelNameOf(apiVersion, own) !== undefined;
  for (const item of items as unknown[]) {
    if (!isObject(item)) mistakes.push("an item that is no object");
    else if (isOwnKind && (item.kind ?? item.apiVersion) !== undefined) {
      mistakes.push("an item of a list says its kind: a real server leaves that to the list");
    } else mistakes.push(...objectMistakes({ kind: own, apiVersion, ...item }, false));
    if (mistakes.length > 5) break;
  }
  return mistakes;
}

/** `isTransient`: a review or the like, which is answered and not kept. */
function objectMistakes(object: Json, isTransient: boolean): string[] {
  const { kind, apiVersion, metadata } = object;
  const model = modelNameOf(String(apiVersion), String(kind));
  const where = `${kind} ${isObject(metadata) ? String(metadata.name) : ""}`;
  const mistakes = model === undefined ? [] : differencesFromModel(model, object);
  if (!isTransient) mistakes.push(...metadataMistakes(metadata));
  return mistakes.map((mistake) => `${where} ${mistake}`);
}

function metadataMistakes(metadata: unknown): string[] {
  if (!isObject(metadata)) return ["metadata is missing"];
  const { name, uid, resourceVersion, creationTimestamp } = metadata;
  const mistakes = differencesFromModel("V1ObjectMeta", metadata, "metadata");
  if (typeof name !== "string" || name === "") mistakes.push("metadata.name: is missing");
  if (typeof uid !== "string" || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uid)) {
    mistakes.push("metadata.uid: is no UUID");
  }
  if (typeof resourceVersion !== "string" || !/^\d+$/.test(resourceVersion)) {
    mistakes.push("metadata.resourceVersion: is missing");
  }
  if (typeof creationTimestamp !== "string") mistakes.push("metadata.creationTimestamp: is missing");
  return mistakes;
}
