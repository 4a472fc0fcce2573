import { Hono } from "hono";
import { parse as parseYaml } from "yaml";
import type { ClusterModel } from "../model/cluster-model.ts";
import { CLUSTER_ADMIN, type Identity } from "../model/rbac.ts";
import { badRequest, notFound, StatusError } from "../model/status-error.ts";
import { answerReview } from "./access-review.ts";
import { requireAccess } from "./authorization.ts";
import { answerDiscovery } from "./discovery.ts";
import { answeredList, listObjects, present } from "./list.ts";
import { answerMetrics, type DeprecatedRequests } from "./metrics.ts";
import { answerOpenApi } from "./openapi.ts";
import { readLog } from "./pod-log.ts";
import { readProtobuf } from "./protobuf-body.ts";
import { parseApiPath, type ResourceTarget } from "./request-path.ts";
import { callService } from "./service-proxy.ts";
import { readScale, requestEviction, writeScale } from "./subresources.ts";
import { asTable, wantsTable } from "./table.ts";
import { openWatch } from "./watch.ts";
import { createObject, deleteCollection, deleteObject, patchObject, replaceObject } from "./write.ts";

/** What the API of one cluster needs. */
export interface ServedCluster {
  readonly model: ClusterModel;
  readonly kubernetesVersion: string;
  /** Deprecated APIs that were asked for; none when left out. */
  readonly deprecated?: readonly DeprecatedRequests[] | undefined;
  /** Whether a bearer token is one of the cluster's. */
  isToken(token: string): boolean;
}

interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly contentType: string;
  readonly accept: string;
  /** Who asks: the cluster's administrator, or whom that one impersonates. */
  readonly identity: Identity;
  /** Who writes, for the ownership of fields. */
  readonly manager: string;
}

/** The Kubernetes APIs of all clusters: `/{cluster}/...`. `find` gives undefined for a cluster that does not exist. */
export function createKubernetesApi(find: (name: string) => ServedCluster | undefined): Hono {
  const app = new Hono();
  app.all("/:cluster/*", async (context) => answer(context.req.raw, find, context.req.param("cluster")));
  app.all("/:cluster", async (context) => answer(context.req.raw, find, context.req.param("cluster")));
  return app;
}

async function answer(request: Request, find: (name: string) => ServedCluster | undefined, name: string) {
  try {
    const served = find(name);
    if (!served) throw new StatusError(404, "NotFound", `there is no cluster ${name}`);
    if (!served.isToken(tokenIn(request.headers.get("authorization") ?? "")))
      throw new StatusError(401, "Unauthorized", "Unauthorized");
    const url = new URL(request.url);
    const path = url.pathname.slice(url.pathname.indexOf(`/${name}`) + name.length + 1);
    const read = await readRequest(request, url.searchParams);
    return route(served, path, read);
  } catch (error) {
    if (error instanceof StatusError) return statusResponse(error);
    throw error;
  }
}

/** kubectl sends no bearer token over plain http, but it does send the user part of a server URL, as Basic credentials. */
function tokenIn(authorization: string): string {
  const [, scheme = "", value = ""] = /^(Bearer|Basic) (.+)$/i.exec(authorization) ?? [];
  if (scheme.toLowerCase() !== "basic") return value;
  const credentials = Buffer.from(value, "base64").toString();
  return credentials.slice(credentials.indexOf(":") + 1);
}

async function readRequest(request: Request, query: URLSearchParams): Promise<ApiRequest> {
  const header = (name: string) => request.headers.get(name) ?? "";
  const contentType = header("content-type");
  const bytes = request.method === "GET" ? new Uint8Array() : new Uint8Array(await request.arrayBuffer());
  const user = header("impersonate-user");
  const groups = header("impersonate-group")
    .split(",")
    .filter((group) => group !== "");
  return {
    method: request.method,
    query,
    body: parseBody(bytes, contentType),
    contentType,
    accept: header("accept"),
    identity: user === "" ? CLUSTER_ADMIN : { user, groups: [...groups, "system:authenticated"] },
    manager: query.get("fieldManager") ?? header("user-agent").split("/")[0] ?? "unknown",
  };
}

function parseBody(bytes: Uint8Array, contentType: string): unknown {
  if (bytes.length > 0 && contentType.startsWith("application/vnd.kubernetes.protobuf")) return readProtobuf(bytes);
  const text = Buffer.from(bytes).toString();
  const isYaml = contentType.includes("yaml");
  try {
    return text === "" ? undefined : isYaml ? parseYaml(text) : JSON.parse(text);
  } catch {
    throw badRequest(`the body of the request is not valid ${isYaml ? "YAML" : "JSON"}`);
  }
}

function statusResponse(error: StatusError): Response {
  const retryAfter = error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) };
  return Response.json(error.toStatus(), { status: error.code, headers: retryAfter });
}

const NOWHERE = "the server could not find the requested resource";

function route(served: ServedCluster, path: string, request: ApiRequest): Response {
  const { model } = served;
  model.world.catchUp();
  const target = parseApiPath(path, model.resources());
  switch (target.kind) {
    case "discovery":
      return discover(served, target.path, request);
    case "review":
      if (request.method !== "POST") throw new StatusError(405, "MethodNotAllowed", NOT_ALLOWED);
      return Response.json(answerReview(model, target.name, request.body, request.identity), { status: 201 });
    case "unknown":
      throw new StatusError(404, "NotFound", NOWHERE);
    case "resource":
      requireAccess(model, request.identity, request.method, target.target, request.query);
      return act(model, target.target, request);
  }
}

function discover(served: ServedCluster, path: string, request: ApiRequest): Response {
  const { model, kubernetesVersion, deprecated = [] } = served;
  if (request.method !== "GET") throw new StatusError(405, "MethodNotAllowed", NOT_ALLOWED);
  if (path === "/metrics") {
    const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
    return new Response(answerMetrics(kubernetesVersion, deprecated), { headers });
  }
  const description = answerOpenApi(model, path);
  if (description !== undefined) return Response.json(description);
  const { accept } = request;
  const found = answerDiscovery({ path, accept, resources: model.resources(), gitVersion: kubernetesVersion });
  if (!found) throw new StatusError(404, "NotFound", NOWHERE);
  const body = typeof found.body === "string" ? found.body : JSON.stringify(found.body);
  return new Response(body, { headers: { "content-type": found.contentType } });
}

function act(model: ClusterModel, target: ResourceTarget, request: ApiRequest): Response {
  const { subresource = "" } = target;
  if (INTERACTIVE.has(subresource) && target.resource.plural === "pods") {
    const message = `pods/${subresource} is not available: the pods of this cluster are a model and run no programs`;
    throw new StatusError(501, "NotImplemented", message);
  }
  if (target.rest !== undefined) return callService(model, target, request.method);
  if (request.method === "GET") return read(model, target, request);
  const change = () => write(model, target, request);
  return (isDryRun(request.query) ? model.world.rehearse(change) : model.world.change(change))();
}

const INTERACTIVE: ReadonlySet<string> = new Set(["exec", "attach", "portforward", "ephemeralcontainers"]);
const NOT_ALLOWED = "the server does not allow this method on the requested resource";

function isDryRun(query: URLSearchParams): boolean {
  const values = query.getAll("dryRun");
  const unknown = values.find((value) => value !== "All");
  if (unknown !== undefined) throw badRequest(`dryRun: Unsupported value: "${unknown}": supported values: "All"`);
  return values.length > 0;
}

function read(cluster: ClusterModel, target: ResourceTarget, request: ApiRequest): Response {
  const { query } = request;
  const watching = ["true", "1"].includes(query.get("watch") ?? "");
  if (watching) return openWatch(cluster, target, request);
  if (target.subresource === "scale") return Response.json(readScale(cluster, target));
  if (target.subresource === "log" && target.resource.plural === "pods") {
    return new Response(readLog(cluster, target, query), { headers: { "content-type": "text/plain" } });
  }
  requireKnownSubresource(target);
  const { resource } = target;
  const asRows = wantsTable(request.accept);
  if (target.name === undefined) {
    const list = listObjects(cluster, target, query);
    return Response.json(asRows ? asTable(cluster, list, resource) : answeredList(list, resource));
  }
  const object = present(cluster.tableOf(resource).get(target.namespace, target.name), resource);
  return Response.json(asRows ? asTable(cluster, object, resource) : object);
}

/** Makes the change; the answer is given when it is durable. */
function write(cluster: ClusterModel, target: ResourceTarget, request: ApiRequest): () => Response {
  const { method, body, query, contentType } = request;
  const { resource } = target;
  if (target.subresource === "eviction" && method === "POST") {
    const outcome = requestEviction(cluster, target, body, query);
    return () =>
      outcome.kind === "evicted" ? Response.json(outcome.status, { status: 201 }) : statusResponse(outcome.error);
  }
  if (target.subresource === "scale" && (method === "PUT" || method === "PATCH")) {
    const scale = writeScale(cluster, target, body, method === "PATCH" ? contentType : undefined);
    return () => Response.json(scale);
  }
  requireKnownSubresource(target);
  const key = `${method} ${target.name === undefined ? "collection" : "object"}`;
  switch (key) {
    case "POST collection": {
      const created = createObject(cluster, target, request);
      return () => Response.json(created, { status: 201 });
    }
    case "PUT object": {
      const replaced = replaceObject(cluster, target, request);
      return () => Response.json(present(replaced, resource));
    }
    case "PATCH object": {
      const { object, isNew } = patchObject(cluster, target, request);
      return () => Response.json(present(object, resource), { status: isNew ? 201 : 200 });
    }
    case "DELETE object": {
      const deleted = deleteObject(cluster, target, body, query);
      return () => Response.json(deleted);
    }
    case "DELETE collection": {
      const deleted = deleteCollection(cluster, target, body, query);
      return () => Response.json(deleted);
    }
    default:
      throw new StatusError(405, "MethodNotAllowed", NOT_ALLOWED);
  }
}

function requireKnownSubresource({ resource, name, subresource }: ResourceTarget): void {
  if (subresource === undefined || (subresource === "status" && resource.hasStatus)) return;
  if (subresource === "finalize" && resource.plural === "namespaces") return;
  throw notFound({ plural: resource.plural, group: resource.group }, `${name}/${subresource}`);
}
