import { Hono } from "hono";
import type { ClusterModel } from "../model/cluster-model.ts";
import { badRequest, notFound, StatusError } from "../model/status-error.ts";
import { answerDiscovery } from "./discovery.ts";
import { listObjects } from "./list.ts";
import { parseApiPath, type ResourceTarget } from "./request-path.ts";
import { readScale, requestEviction, writeScale } from "./subresources.ts";
import { asTable, wantsTable } from "./table.ts";
import { openWatch } from "./watch.ts";
import { createObject, deleteObject, patchObject, replaceObject } from "./write.ts";

/** What the API of one cluster needs. */
export interface ServedCluster {
  readonly model: ClusterModel;
  readonly kubernetesVersion: string;
  /** Whether a bearer token is one of the cluster's. */
  isToken(token: string): boolean;
}

interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly contentType: string;
  readonly accept: string;
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
  const text = request.method === "GET" ? "" : await request.text();
  let body: unknown;
  try {
    body = text === "" ? undefined : JSON.parse(text);
  } catch {
    throw badRequest("the body of the request is not valid JSON");
  }
  const header = (name: string) => request.headers.get(name) ?? "";
  return { method: request.method, query, body, contentType: header("content-type"), accept: header("accept") };
}

function statusResponse(error: StatusError): Response {
  const retryAfter = error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) };
  return Response.json(error.toStatus(), { status: error.code, headers: retryAfter });
}

function route(served: ServedCluster, path: string, request: ApiRequest): Response {
  const target = parseApiPath(path);
  if (target.kind === "discovery") {
    const found = request.method === "GET" ? answerDiscovery(target.path, served.kubernetesVersion) : undefined;
    if (found === undefined) throw new StatusError(404, "NotFound", "the server could not find the requested resource");
    return typeof found === "string" ? new Response(found) : Response.json(found);
  }
  if (target.kind === "unknown") {
    throw new StatusError(404, "NotFound", "the server could not find the requested resource");
  }
  const { model } = served;
  model.world.catchUp();
  if (request.method === "GET") return read(model, target.target, request);
  const change = () => write(model, target.target, request);
  return (isDryRun(request.query) ? model.world.rehearse(change) : model.world.change(change))();
}

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
  requireKnownSubresource(target, ["status"]);
  const found =
    target.name === undefined
      ? listObjects(cluster, target, query)
      : cluster.table(target.resource.plural).get(target.namespace, target.name);
  return Response.json(wantsTable(request.accept) ? asTable(found, target.resource, cluster.nowMs) : found);
}

/** Makes the change; the answer is given when it is durable. */
function write(cluster: ClusterModel, target: ResourceTarget, request: ApiRequest): () => Response {
  const { method, body, query, contentType } = request;
  if (target.subresource === "eviction" && method === "POST") {
    const outcome = requestEviction(cluster, target, body, query);
    return () =>
      outcome.kind === "evicted" ? Response.json(outcome.status, { status: 201 }) : statusResponse(outcome.error);
  }
  if (target.subresource === "scale" && (method === "PUT" || method === "PATCH")) {
    const scale = writeScale(cluster, target, body, method === "PATCH" ? contentType : undefined);
    return () => Response.json(scale);
  }
  requireKnownSubresource(target, ["status"]);
  const key = `${method} ${target.name === undefined ? "collection" : "object"}`;
  switch (key) {
    case "POST collection": {
      const created = createObject(cluster, target, body);
      return () => Response.json(created, { status: 201 });
    }
    case "PUT object": {
      const replaced = replaceObject(cluster, target, body);
      return () => Response.json(replaced);
    }
    case "PATCH object": {
      const patched = patchObject(cluster, target, body, contentType);
      return () => Response.json(patched);
    }
    case "DELETE object": {
      const deleted = deleteObject(cluster, target, body, query);
      return () => Response.json(deleted);
    }
    default:
      throw new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
  }
}

function requireKnownSubresource(target: ResourceTarget, known: readonly string[]): void {
  if (target.subresource === undefined || known.includes(target.subresource)) return;
  throw notFound(
    { plural: target.resource.plural, group: target.resource.group },
    `${target.name}/${target.subresource}`,
  );
}
