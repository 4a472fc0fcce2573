import type { IncomingMessage, ServerResponse } from "node:http";
import type { Keys } from "../keys/keys.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker, RegisteredFunction } from "../worker/contract.ts";
import { sendHttpData, toHttpData } from "./http-data.ts";
import { parseRoute, type Route } from "./route.ts";
import { BodyTooLargeError, readBody, refuseBody } from "./server.ts";
import { proxyStream } from "./stream-proxy.ts";

/** Largest body of a request to a function (the host's own limit). */
const BODY_LIMIT_BYTES = 100 * 1024 * 1024;

interface FunctionRoute {
  readonly target: RegisteredFunction;
  readonly route: Route;
  readonly methods: ReadonlySet<string>;
  readonly level: string;
}

/** What the HTTP functions of an app are served with. */
export interface FunctionRoutesOptions {
  readonly worker: AppWorker;
  readonly keys: Keys;
  readonly log: HostLog;
  /** From host.json, `api` unless set. */
  readonly routePrefix: string;
}

/** Serves a request if it is for one of the app's functions; answers whether it was. */
export type FunctionRoutes = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<boolean>;

/** The key that a request presents: the `x-functions-key` header or, without one, the `code` query parameter. */
export function presentedKey(request: IncomingMessage, url: URL): string | undefined {
  const header = request.headers["x-functions-key"];
  return typeof header === "string" ? header : (url.searchParams.get("code") ?? undefined);
}

/** Reads the HTTP triggers of an app. Throws RouteError for a route that cannot be read. */
export function createFunctionRoutes(options: FunctionRoutesOptions): FunctionRoutes {
  const { worker, keys, log } = options;
  const routes: FunctionRoute[] = [...worker.functions.values()]
    .filter((target) => target.trigger.type.toLowerCase() === "httptrigger")
    .map((target) => {
      const { route, methods, authLevel } = target.trigger as {
        route?: string;
        methods?: string[];
        authLevel?: string;
      };
      const template = [options.routePrefix, route ?? target.name].filter((part) => part !== "").join("/");
      return {
        target,
        route: parseRoute(template),
        methods: new Set((methods ?? []).map((method) => method.toUpperCase())),
        level: (authLevel ?? "function").toLowerCase(),
      };
    })
    .toSorted((left, right) => (left.route.precedence < right.route.precedence ? -1 : 1));

  const isAllowed = (found: FunctionRoute, presented: string | undefined) => {
    if (found.level === "anonymous") return true;
    return found.level === "admin" ? keys.isMaster(presented) : keys.opensFunction(found.target.name, presented);
  };

  return async (request, response, url) => {
    const method = request.method ?? "GET";
    const match = findRoute(routes, method, url);
    if (!match) return false;
    const { found, parameters } = match;
    const presented = presentedKey(request, url);
    if (!isAllowed(found, presented)) {
      const why = presented === undefined ? "no key was presented" : "the key does not open it";
      log.warn({ function: found.target.name, method, path: url.pathname }, `refused with 401: ${why}`);
      response.writeHead(401, { "content-length": "0" }).end();
      return true;
    }
    const serve = worker.httpStreamUrl === undefined ? serveBuffered : serveStreamed;
    try {
      await serve(options, found.target, parameters, request, response, url);
    } catch (error) {
      log.error({ function: found.target.name, method, path: url.pathname, err: error }, "function failed");
      if (!response.headersSent) response.writeHead(500, { "content-length": "0" });
      response.end();
    }
    return true;
  };
}

/** A wrong method is no match, as in the real host, which then answers 404. HEAD is served only where it is asked for. */
function findRoute(routes: readonly FunctionRoute[], method: string, url: URL) {
  let segments: string[];
  try {
    segments = url.pathname
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
  for (const found of routes) {
    if (found.methods.size > 0 && !found.methods.has(method)) continue;
    const parameters = found.route.match(segments);
    if (parameters) return { found, parameters };
  }
  return undefined;
}

async function serveBuffered(
  options: FunctionRoutesOptions,
  target: RegisteredFunction,
  parameters: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  let body: Buffer;
  try {
    body = await readBody(request, BODY_LIMIT_BYTES);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    options.log.warn({ function: target.name, path: url.pathname }, `refused with 413: ${error.message}`);
    return refuseBody(request, response, error.message);
  }
  const result = await options.worker.invoke({
    functionName: target.name,
    triggerData: toHttpData(request, url, parameters, body),
    ...traceOf(request),
  });
  const { returnValue } = result;
  sendHttpData(
    response,
    returnValue && "http" in returnValue ? returnValue.http : undefined,
    request.method === "HEAD",
  );
}

async function serveStreamed(
  options: FunctionRoutesOptions,
  target: RegisteredFunction,
  parameters: Readonly<Record<string, string>>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const invocationId = crypto.randomUUID();
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const metadata = Object.entries(parameters).map(([name, value]) => [name, { string: value }] as const);
  const invocation = options.worker.invoke({
    functionName: target.name,
    invocationId,
    triggerData: undefined,
    triggerMetadata: { ...Object.fromEntries(metadata), Headers: { json: JSON.stringify(headers) } },
    ...traceOf(request),
  });
  const proxied = proxyStream(options.worker.httpStreamUrl ?? "", invocationId, request, response, url);
  // A function that throws answers nothing through the proxy: its error decides, and the connection is given up.
  await Promise.race([proxied, invocation.then(() => proxied)]);
}

function traceOf(request: IncomingMessage): { traceParent?: string } {
  const traceParent = request.headers.traceparent;
  return typeof traceParent === "string" ? { traceParent } : {};
}
