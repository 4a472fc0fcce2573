import type { HostLog } from "../log.ts";
import type { AppWorker } from "../worker/contract.ts";
import type { HttpHandler } from "./handler.ts";

/**
 * The host's own pages: `GET /`, and under `/admin` (the caller has checked the master key) the host's status, the list of
 * functions, and `POST /admin/functions/{name}` with `{"input": …}`, which runs a function that has no HTTP trigger.
 */
export function adminHandler(worker: AppWorker, log: HostLog): HttpHandler {
  return async (request) => {
    const segments = decodeSegments(request.url.pathname);
    if (segments === undefined) return { status: 404 };
    const [root, area, name, ...rest] = segments;
    if (root === "" && area === undefined) {
      return { status: 200, body: "The embedded Functions host is up and running.\n" };
    }
    if (root?.toLowerCase() !== "admin" || rest.length > 0) return { status: 404 };
    if (area === "host" && name === "status" && request.method === "GET") {
      return {
        status: 200,
        body: {
          state: "Running",
          functions: worker.functions.size,
          processUptimeMs: Math.round(process.uptime() * 1000),
        },
      };
    }
    if (area !== "functions") return { status: 404 };
    if (name === undefined && request.method === "GET") {
      const functions = [...worker.functions.values()].map((found) => ({
        name: found.name,
        config: { bindings: Object.values(found.bindings) },
      }));
      return { status: 200, body: functions };
    }
    const target = worker.functions.get((name ?? "").toLowerCase());
    if (!target || request.method !== "POST") return { status: 404 };
    const input = parseInput(request.body);
    if (input === undefined) return { status: 400, body: 'The body must be JSON of the form {"input": …}.' };
    log.info({ function: target.name }, "function run by hand");
    worker.invoke({ functionName: target.name, triggerData: { json: input } }).catch((error: Error) => {
      log.error({ function: target.name, error: error.message }, "function run by hand failed");
    });
    return { status: 202 };
  };
}

/** The segments of a path, undefined when one of them is malformed percent-encoding. */
function decodeSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** JSON text of `input`, an empty object when there is none, undefined when the body cannot be read. */
function parseInput(body: Buffer): string | undefined {
  if (body.length === 0) return "{}";
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    if (typeof parsed !== "object" || parsed === null) return undefined;
    return JSON.stringify((parsed as { input?: unknown }).input ?? {});
  } catch {
    return undefined;
  }
}
