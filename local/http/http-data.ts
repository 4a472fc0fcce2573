import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpData, TypedData } from "../worker/contract.ts";
import { headersOf } from "./server.ts";

/** Makes what an HTTP-triggered function is called with, as the host's RpcHttpData. */
export function toHttpData(
  request: IncomingMessage,
  url: URL,
  parameters: Readonly<Record<string, string>>,
  body: Buffer,
): TypedData {
  const wrap = (values: Iterable<readonly [string, string]>) =>
    Object.fromEntries([...values].map(([name, value]) => [name, { value }]));
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const earlier = query.get(name);
    query.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  return {
    http: {
      method: request.method ?? "GET",
      url: url.href,
      nullableHeaders: wrap(Object.entries(headersOf(request))),
      nullableParams: wrap(Object.entries(parameters)),
      nullableQuery: wrap(query),
      ...(body.length > 0 ? { body: { bytes: body } } : {}),
    },
  };
}

type Nullable = { readonly value?: unknown } | null | undefined;

/** Serializes a cookie as the host does from RpcHttpCookie. */
function cookieHeader(cookie: Readonly<Record<string, unknown>>): string {
  const of = (name: string) => (cookie[name] as Nullable)?.value;
  const parts = [`${encodeURIComponent(String(cookie.name))}=${encodeURIComponent(String(cookie.value))}`];
  const expires = of("expires") as { seconds?: number } | undefined;
  if (of("maxAge") !== undefined) parts.push(`Max-Age=${Number(of("maxAge"))}`);
  if (of("domain")) parts.push(`Domain=${String(of("domain"))}`);
  if (of("path")) parts.push(`Path=${String(of("path"))}`);
  if (expires?.seconds !== undefined) parts.push(`Expires=${new Date(Number(expires.seconds) * 1000).toUTCString()}`);
  if (of("httpOnly") === true) parts.push("HttpOnly");
  if (of("secure") === true) parts.push("Secure");
  const sameSite = { lax: "Lax", strict: "Strict", explicitNone: "None" }[String(cookie.sameSite)];
  if (sameSite) parts.push(`SameSite=${sameSite}`);
  return parts.join("; ");
}

/** Sends what a function answered; nothing at all becomes 204. HEAD gets no body. */
export function sendHttpData(response: ServerResponse, data: HttpData | undefined, isHead: boolean): void {
  if (!data) {
    response.writeHead(204).end();
    return;
  }
  const body = bodyBytes(data.body);
  const cookies = (data.cookies ?? []).map(cookieHeader);
  const headers: Record<string, string | string[] | number> = { ...data.headers };
  const setCookie = [headers["set-cookie"] ?? [], cookies].flat().map(String);
  if (setCookie.length > 0) headers["set-cookie"] = setCookie;
  const status = Number(data.statusCode ?? 200);
  const bodyless = status === 204 || status === 304;
  if (!bodyless) headers["content-length"] ??= body.length;
  response.writeHead(status, headers);
  response.end(isHead || bodyless ? undefined : body);
}

function bodyBytes(body: TypedData | null | undefined): Buffer {
  if (!body) return Buffer.alloc(0);
  if ("bytes" in body) return Buffer.from(body.bytes);
  if ("string" in body) return Buffer.from(body.string);
  if ("json" in body) return Buffer.from(body.json);
  return Buffer.alloc(0);
}
