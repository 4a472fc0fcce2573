import type { HttpRequest, HttpResponse } from "../http/handler.ts";
import type { Management } from "./management.ts";

/** Entities that a list answers at most, unless `top` asks for fewer. */
const LIST_LIMIT = 100;

/** The `entities/…` part of the management API; `segments` are what follows `entities`. */
export function entityRoutes(
  management: Management,
): (request: HttpRequest, segments: readonly string[]) => HttpResponse {
  return (request, [name, key, extra]) => {
    const query = request.url.searchParams;
    if (extra !== undefined) return { status: 404 };
    if (request.method === "GET" && key) {
      const state = management.readEntity({ name: name ?? "", key });
      if (state === undefined) return { status: 404 };
      return { status: 200, headers: { "content-type": "application/json" }, body: state ?? "null" };
    }
    if (request.method === "GET") return list(management, name, query);
    if (!name || !key) return { status: 404 };
    if (request.method === "DELETE") {
      management.signalEntity({ name, key }, "delete", undefined);
      return { status: 202 };
    }
    if (request.method !== "POST") return { status: 404 };
    const text = request.body.toString("utf8");
    const isJson = /^application\/json\b/i.test(request.headers["content-type"] ?? "");
    if (isJson && text !== "") {
      try {
        JSON.parse(text);
      } catch (error) {
        return { status: 400, body: { Message: `Could not parse JSON content: ${(error as Error).message}` } };
      }
    }
    const input = text === "" ? undefined : isJson ? text : JSON.stringify(text);
    management.signalEntity({ name, key }, query.get("op") ?? "", input);
    return { status: 202 };
  };
}

function list(management: Management, name: string | undefined, query: URLSearchParams): HttpResponse {
  const top = Number(query.get("top") ?? LIST_LIMIT);
  const from = Date.parse(query.get("lastOperationTimeFrom") ?? "");
  const to = Date.parse(query.get("lastOperationTimeTo") ?? "");
  const fetchState = query.get("fetchState")?.toLowerCase() === "true";
  const entities = management.listEntities({
    name,
    limit: Number.isInteger(top) && top > 0 ? top : LIST_LIMIT,
    ...(Number.isNaN(from) ? {} : { fromMs: from }),
    ...(Number.isNaN(to) ? {} : { toMs: to }),
  });
  return {
    status: 200,
    headers: { "x-ms-continuation-token": "" },
    body: entities.map((entity) => ({
      entityId: { name: entity.name, key: entity.key },
      lastOperationTime: new Date(entity.updatedMs).toISOString(),
      ...(fetchState ? { state: JSON.parse(entity.state ?? "null") } : {}),
    })),
  };
}
