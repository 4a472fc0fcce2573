import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import type { Secrets } from "../state/secrets.ts";
import type { World } from "../world.ts";
import { MANIFEST_TYPES, MEDIA_TYPES } from "./manifest.ts";
import type { Registry } from "./registry.ts";
import { accessToken, exchangeToken, isAllowed, type Permission, refreshTokenIn } from "./registry-token.ts";

const NAME = "[a-z0-9]+(?:[._/-]+[a-z0-9]+)*";
const MANIFEST_LIMIT_BYTES = 4 * 1_024 * 1_024;
const PAGE_SIZE = 100;

const STATUS: Readonly<Record<string, number>> = {
  UNAUTHORIZED: 401,
  NAME_UNKNOWN: 404,
  MANIFEST_UNKNOWN: 404,
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_UNKNOWN: 404,
  UNSUPPORTED: 405,
};

/** What the registry's servers work with. */
export interface RegistryParts {
  readonly world: World;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** ACR's token endpoints: `/oauth2/exchange` and `/oauth2/token`. */
export function createRegistryTokens({ world, secrets, registry }: RegistryParts): Hono {
  const app = new Hono();
  const refuse = (context: Context, message: string) =>
    context.json({ errors: [{ code: "UNAUTHORIZED", message, detail: [] }] }, 401);
  app.post("/exchange", async (context) => {
    world.catchUp();
    const form = new URLSearchParams(await context.req.text());
    if (form.get("grant_type") !== "access_token" || form.get("service") !== registry.loginServer) {
      return refuse(context, `grant_type must be access_token and service ${registry.loginServer}.`);
    }
    const token = exchangeToken(secrets, form.get("access_token") ?? "", world.nowMs);
    return token === undefined
      ? refuse(context, "The access_token is not valid.")
      : context.json({ refresh_token: token });
  });
  const answer = (context: Context, refresh: string | null | undefined, scopes: readonly string[]) => {
    world.catchUp();
    const token = accessToken(secrets, refresh ?? "", scopes, world.nowMs);
    return token === undefined
      ? refuse(context, "The refresh token is not valid.")
      : context.json({ access_token: token });
  };
  app.post("/token", async (context) => {
    const form = new URLSearchParams(await context.req.text());
    return answer(context, form.get("refresh_token"), scopesOf(form.getAll("scope")));
  });
  app.get("/token", (context) =>
    answer(context, refreshTokenIn(context.req.header("authorization")), scopesOf(context.req.queries("scope") ?? [])),
  );
  return app;
}

function scopesOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(" ")).filter((scope) => scope !== "");
}

/** The registry's HTTP API V2 (OCI distribution specification 1.1). */
export function createRegistryApi(parts: RegistryParts): Hono {
  const app = new Hono();
  app.all("*", async (context) => {
    const path = new URL(context.req.url).pathname;
    const { permission, serve } = routeOf(parts, context.req.method, path.replace(/^\/v2\/?/, ""));
    parts.world.catchUp();
    if (!isAllowed(parts.secrets, context.req.header("authorization"), permission, parts.world.nowMs)) {
      return challenge(context, parts.registry, permission);
    }
    const response = await serve(context);
    response.headers.set("docker-distribution-api-version", "registry/2.0");
    return response;
  });
  return app;
}

interface Route {
  readonly permission: Permission | undefined;
  serve(context: Context): Response | Promise<Response>;
}

const ACTIONS: Readonly<Record<string, string>> = { GET: "pull", HEAD: "pull", DELETE: "delete" };
/** Uploads that are under way. A process that dies takes them along: clients then begin anew. */
const uploads = new WeakMap<Registry, Map<string, Buffer[]>>();

function routeOf(parts: RegistryParts, method: string, path: string): Route {
  const { registry } = parts;
  if (path === "") return { permission: undefined, serve: () => Response.json({}) };
  if (path === "_catalog") {
    const permission: Permission = { type: "registry", name: "catalog", action: "*" };
    return { permission, serve: (context) => pageOf(context, "repositories", registry.repositories(), {}) };
  }
  const [, name = "", kind = "", rest = ""] =
    new RegExp(`^(${NAME})/(manifests|blobs|tags|referrers)/(.*)$`).exec(path) ?? [];
  const action = ACTIONS[method] ?? "push";
  const permission: Permission | undefined = name === "" ? undefined : { type: "repository", name, action };
  const serve = (context: Context) => {
    if (kind === "manifests") return serveManifest(registry, context, name, rest);
    if (kind === "blobs" && rest.startsWith("uploads/")) return serveUpload(registry, context, name, rest.slice(8));
    if (kind === "blobs") return serveBlob(registry, context, name, rest);
    if (kind === "tags" && rest === "list") return serveTags(registry, context, name);
    if (kind === "referrers") return serveReferrers(registry, context, name, rest);
    return failure("NAME_UNKNOWN", `there is nothing at /v2/${path}`);
  };
  return { permission, serve };
}

function challenge(context: Context, registry: Registry, permission: Permission | undefined): Response {
  const { origin } = new URL(context.req.url);
  const scope = permission ? `,scope="${permission.type}:${permission.name}:${permission.action}"` : "";
  const isToken = context.req.header("authorization")?.startsWith("Bearer ") ?? false;
  const error = isToken ? `,error="${permission ? "insufficient_scope" : "invalid_token"}"` : "";
  const response = failure("UNAUTHORIZED", "authentication required");
  response.headers.set(
    "www-authenticate",
    `Bearer realm="${origin}/oauth2/token",service="${registry.loginServer}"${scope}${error}`,
  );
  response.headers.set("docker-distribution-api-version", "registry/2.0");
  return response;
}

async function serveManifest(registry: Registry, context: Context, name: string, reference: string): Promise<Response> {
  const { method } = context.req;
  if (method === "GET" || method === "HEAD") return showManifest(registry, context, name, reference);
  if (method === "DELETE") {
    return registry.deleteManifest(name, reference)
      ? new Response(null, { status: 202 })
      : unknownManifest(name, reference);
  }
  if (method !== "PUT") return failure("UNSUPPORTED", `${method} is not for manifests`);
  const mediaType = (context.req.header("content-type") ?? "").split(";")[0] ?? "";
  if (!MANIFEST_TYPES.includes(mediaType)) {
    return failure("MANIFEST_INVALID", `the Content-Type ${mediaType || "(none)"} is none of a manifest`);
  }
  const content = Buffer.from(await context.req.arrayBuffer());
  if (content.length > MANIFEST_LIMIT_BYTES)
    return failure("MANIFEST_INVALID", "the manifest is larger than 4 MiB", 413);
  const outcome = registry.putManifest(name, reference, mediaType, content);
  if (outcome.kind === "refused") return failure(outcome.code, outcome.message);
  const headers = new Headers({
    location: `/v2/${name}/manifests/${outcome.record.digest}`,
    "docker-content-digest": outcome.record.digest,
  });
  if (outcome.manifest.subject) headers.set("oci-subject", outcome.manifest.subject.digest);
  return new Response(null, { status: 201, headers });
}

function showManifest(registry: Registry, context: Context, name: string, reference: string): Response {
  const record = registry.findManifest(name, reference);
  if (!record) return unknownManifest(name, reference);
  const accept = context.req.header("accept");
  const isAccepted = accept === undefined || accept.includes("*/*") || accept.includes(record.mediaType);
  if (!isAccepted) {
    return failure("MANIFEST_UNKNOWN", `${record.mediaType} found, but the Accept header does not take it`);
  }
  return bytes(context, Buffer.from(record.content, "base64"), record.mediaType, record.digest);
}

function serveBlob(registry: Registry, context: Context, name: string, digest: string): Response {
  const { method } = context.req;
  if (method === "DELETE") {
    return registry.deleteBlob(name, digest)
      ? new Response(null, { status: 202 })
      : failure("BLOB_UNKNOWN", `there is no blob ${digest} in ${name}`);
  }
  if (method !== "GET" && method !== "HEAD") return failure("UNSUPPORTED", `${method} is not for blobs`);
  const content = registry.findBlob(name, digest);
  if (!content) return failure("BLOB_UNKNOWN", `there is no blob ${digest} in ${name}`);
  return bytes(context, content, "application/octet-stream", digest);
}

/** POST begins an upload (or takes the blob at once, or from another repository), PATCH adds to it, PUT ends it. */
async function serveUpload(registry: Registry, context: Context, name: string, id: string): Promise<Response> {
  const open = uploads.get(registry) ?? new Map<string, Buffer[]>();
  uploads.set(registry, open);
  const { method } = context.req;
  const digest = context.req.query("digest");
  if (method === "POST") {
    const mounted = mount(registry, context, name);
    if (mounted) return mounted;
    if (digest !== undefined) return keepBlob(registry, name, digest, Buffer.from(await context.req.arrayBuffer()));
    const uuid = randomUUID();
    open.set(`${name} ${uuid}`, []);
    return uploadState(name, uuid, 0, 202);
  }
  const key = `${name} ${id}`;
  const chunks = open.get(key);
  if (!chunks) return failure("BLOB_UPLOAD_UNKNOWN", `there is no upload ${id}`);
  if (method === "GET") return uploadState(name, id, lengthOf(chunks), 204);
  if (method === "DELETE") {
    open.delete(key);
    return new Response(null, { status: 204 });
  }
  chunks.push(Buffer.from(await context.req.arrayBuffer()));
  if (method === "PATCH") return uploadState(name, id, lengthOf(chunks), 202);
  if (method !== "PUT") return failure("UNSUPPORTED", `${method} is not for uploads`);
  open.delete(key);
  return keepBlob(registry, name, digest ?? "", Buffer.concat(chunks));
}

function mount(registry: Registry, context: Context, name: string): Response | undefined {
  const digest = context.req.query("mount");
  const content = digest === undefined ? undefined : registry.findBlob(context.req.query("from") ?? "", digest);
  return digest !== undefined && content ? keepBlob(registry, name, digest, content) : undefined;
}

function keepBlob(registry: Registry, name: string, digest: string, content: Buffer): Response {
  if (!registry.putBlob(name, digest, content)) {
    return failure("DIGEST_INVALID", `the ${content.length} bytes do not have the digest ${digest || "(none)"}`);
  }
  const headers = { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest };
  return new Response(null, { status: 201, headers });
}

function uploadState(name: string, id: string, length: number, status: 202 | 204): Response {
  const headers = {
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, length - 1)}`,
    "docker-upload-uuid": id,
  };
  return new Response(null, { status, headers });
}

function serveTags(registry: Registry, context: Context, name: string): Response {
  const tags = registry.tags(name);
  return tags ? pageOf(context, "tags", tags, { name }) : failure("NAME_UNKNOWN", `there is no repository ${name}`);
}

function serveReferrers(registry: Registry, context: Context, name: string, digest: string): Response {
  const wanted = context.req.query("artifactType");
  const manifests = registry
    .referrers(name, digest)
    .map(({ record, manifest }) => ({
      mediaType: record.mediaType,
      digest: record.digest,
      size: Buffer.from(record.content, "base64").length,
      artifactType: manifest.artifactType ?? manifest.config?.mediaType,
      annotations: manifest.annotations,
    }))
    .filter(({ artifactType }) => wanted === undefined || artifactType === wanted);
  return Response.json(
    { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests },
    {
      headers: {
        "content-type": MEDIA_TYPES.ociIndex,
        ...(wanted === undefined ? {} : { "oci-filters-applied": "artifactType" }),
      },
    },
  );
}

/** A list in pages of `n`, after `last`; the Link header leads to the next. */
function pageOf(context: Context, member: string, all: readonly string[], more: object): Response {
  const size = Number(context.req.query("n") ?? PAGE_SIZE);
  if (!Number.isInteger(size) || size < 1) return failure("PAGINATION_NUMBER_INVALID", "n must be a positive number");
  const last = context.req.query("last") ?? "";
  const rest = all.filter((one) => one > last);
  const shown = rest.slice(0, size);
  const headers = new Headers();
  if (rest.length > shown.length) {
    const { pathname } = new URL(context.req.url);
    const query = new URLSearchParams({ last: shown.at(-1) ?? "", n: String(size) });
    headers.set("link", `<${pathname}?${query}>; rel="next"`);
  }
  return Response.json({ ...more, [member]: shown }, { headers });
}

function bytes(context: Context, content: Buffer, mediaType: string, digest: string): Response {
  const headers = {
    "content-type": mediaType,
    "content-length": String(content.length),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  return new Response(context.req.method === "HEAD" ? null : new Uint8Array(content), { headers });
}

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function unknownManifest(name: string, reference: string): Response {
  return failure("MANIFEST_UNKNOWN", `manifest tagged or addressed by "${reference}" is not found in ${name}`);
}

function failure(code: string, message: string, status: number = STATUS[code] ?? 400): Response {
  return Response.json({ errors: [{ code, message, detail: null }] }, { status });
}
