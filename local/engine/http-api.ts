import type { HttpHandler, HttpRequest, HttpResponse } from "../http/handler.ts";
import { type DurableEndpoints, managementUrls } from "./client-binding.ts";
import type { Engine } from "./engine.ts";
import { historyView } from "./history-view.ts";
import { entityRoutes } from "./http-entities.ts";
import { isFinal } from "./instances.ts";
import { ManagementError } from "./management-error.ts";
import type { InstanceRecord, RuntimeStatus } from "./store.ts";

/** Instances that a list answers at most, unless `top` asks for fewer. */
const LIST_LIMIT = 100;
const STATUSES: readonly RuntimeStatus[] = [
  "Pending",
  "Running",
  "Completed",
  "ContinuedAsNew",
  "Failed",
  "Canceled",
  "Terminated",
  "Suspended",
];

/** A route's handler: path segments after the operation's name, and the request. */
type Operation = (request: HttpRequest, segments: readonly string[]) => HttpResponse | Promise<HttpResponse>;

/**
 * The Durable Functions HTTP management API (Azure's extension, HttpApiHandler), below `prefix`. The caller has checked keys.
 */
export function createDurableHttpApi(engine: Engine, endpoints: () => DurableEndpoints, prefix: string): HttpHandler {
  const api = new DurableHttpApi(engine, endpoints);
  return async (request) => {
    const path = request.url.pathname.slice(prefix.length).replace(/^\/+|\/+$/g, "");
    let segments: string[];
    try {
      segments = path.split("/").map(decodeURIComponent);
    } catch {
      return badRequest("The path holds a malformed escape sequence.");
    }
    try {
      return await api.handle(request, segments);
    } catch (error) {
      if (error instanceof ManagementError) return refusal(error);
      throw error;
    }
  };
}

function refusal(error: ManagementError): HttpResponse {
  switch (error.code) {
    case "InstanceNotFound":
      return { status: 404 };
    case "InstanceFinished":
      return { status: 410 };
    case "InstanceExists":
      return { status: 409, body: { Message: error.message } };
    case "NotFailed":
      return { status: 412, body: { Message: error.message } };
    case "InvalidArgument":
      return badRequest(error.message);
  }
}

/** 400 in the shape of the extension's HttpError. */
export function badRequest(message: string): HttpResponse {
  return { status: 400, body: { Message: message } };
}

/** Body of a request as JSON text; "null" when empty. Throws ManagementError when it is not JSON. */
export function jsonBody(request: HttpRequest): string {
  const text = request.body.toString("utf8").trim();
  if (text === "") return "null";
  try {
    return JSON.stringify(JSON.parse(text));
  } catch (error) {
    throw new ManagementError("InvalidArgument", `Invalid JSON content: ${(error as Error).message}`);
  }
}

class DurableHttpApi {
  readonly #engine: Engine;
  readonly #endpoints: () => DurableEndpoints;
  readonly #entities: ReturnType<typeof entityRoutes>;

  constructor(engine: Engine, endpoints: () => DurableEndpoints) {
    this.#engine = engine;
    this.#endpoints = endpoints;
    this.#entities = entityRoutes(engine.management);
  }

  async handle(request: HttpRequest, segments: readonly string[]): Promise<HttpResponse> {
    const [root = "", id, operation, ...rest] = segments;
    switch (root.toLowerCase()) {
      case "orchestrators":
        if (request.method !== "POST" || !id || rest.length > 0) return { status: 404 };
        return this.#start(request, id, operation);
      case "instances":
        return this.#instances(request, id, operation, rest);
      case "entities":
        return this.#entities(request, segments.slice(1));
      case "makeprimary":
        return request.method === "POST" ? { status: 200 } : { status: 404 };
      default:
        return { status: 404 };
    }
  }

  async #instances(
    request: HttpRequest,
    id: string | undefined,
    operation: string | undefined,
    rest: readonly string[],
  ): Promise<HttpResponse> {
    if (!id) {
      if (request.method === "GET") return this.#list(request);
      return request.method === "DELETE" ? this.#purgeBy(request) : { status: 404 };
    }
    if (operation === undefined) {
      if (request.method === "GET") return this.#status(request, id);
      if (request.method !== "DELETE") return { status: 404 };
      return { status: 200, body: { instancesDeleted: this.#engine.management.purge(id) } };
    }
    if (request.method !== "POST") return { status: 404 };
    const run = this.#operations[operation.toLowerCase()];
    return run ? run(request, [id, ...rest]) : { status: 404 };
  }

  readonly #operations: Readonly<Record<string, Operation>> = {
    raiseevent: (request, [id = "", name, extra]) => {
      if (!name || extra !== undefined) return { status: 404 };
      if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
        this.#requireKnown(id);
        return badRequest("Only application/json request content is supported");
      }
      this.#engine.management.raiseEvent(id, name, jsonBody(request));
      return { status: 202 };
    },
    terminate: (request, [id = ""]) => this.#accept(() => this.#engine.management.terminate(id, reason(request))),
    suspend: (request, [id = ""]) => this.#accept(() => this.#engine.management.suspend(id, reason(request))),
    resume: (request, [id = ""]) => this.#accept(() => this.#engine.management.resume(id, reason(request))),
    rewind: (request, [id = ""]) => this.#accept(() => this.#engine.management.rewind(id, reason(request))),
    restart: (request, [id = ""]) => {
      if (!this.#engine.management.get(id))
        return badRequest("InstanceId does not match a valid orchestration instance.");
      const withNewId = request.url.searchParams.get("restartWithNewInstanceId")?.toLowerCase() !== "false";
      return this.#started(request, this.#engine.management.restart(id, withNewId));
    },
  };

  #accept(act: () => void): HttpResponse {
    act();
    return { status: 202 };
  }

  #requireKnown(id: string): void {
    if (!this.#engine.management.get(id)) throw new ManagementError("InstanceNotFound", id);
  }

  #start(request: HttpRequest, name: string, instanceId: string | undefined): Promise<HttpResponse> {
    const version = request.url.searchParams.get("version") ?? undefined;
    const id = this.#engine.management.start({ name, instanceId, version, input: jsonBody(request) });
    return this.#started(request, id);
  }

  /** 202 with the management URLs; or, when asked to wait, the output if the instance ends in time. */
  async #started(request: HttpRequest, id: string): Promise<HttpResponse> {
    const timeoutSeconds = Number(request.url.searchParams.get("timeout") ?? Number.NaN);
    if (Number.isFinite(timeoutSeconds)) {
      await this.#waitForEnd(id, timeoutSeconds * 1000);
      const record = this.#engine.management.get(id);
      if (record?.status === "Completed") return { status: 200, body: record.output ?? "null", headers: JSON_HEADERS };
      if (record && isFinal(record.status)) return this.#status(request, id);
    }
    const { rewindPostUri: _rewind, ...urls } = managementUrls(this.#endpoints(), id);
    return { status: 202, headers: { location: urls.statusQueryGetUri ?? "", "retry-after": "10" }, body: urls };
  }

  #waitForEnd(id: string, timeoutMs: number): Promise<unknown> {
    return Promise.race([
      this.#engine.whenEnded(id),
      new Promise((resolve) => this.#engine.clock.at(this.#engine.clock.nowMs() + timeoutMs, () => resolve(undefined))),
    ]);
  }

  #status(request: HttpRequest, id: string): HttpResponse {
    const query = request.url.searchParams;
    const record = this.#engine.management.get(id);
    if (!record) return { status: 404 };
    const isTrue = (name: string) => query.get(name)?.toLowerCase() === "true";
    const body = {
      ...statusPayload(record, query.get("showInput")?.toLowerCase() !== "false"),
      ...(isTrue("showHistory")
        ? { historyEvents: historyView(this.#engine.management.history(id), isTrue("showHistoryOutput")) }
        : {}),
    };
    if (!isFinal(record.status)) {
      return { status: 202, headers: { location: request.url.href, "retry-after": "5" }, body };
    }
    const failed = record.status === "Failed" && isTrue("returnInternalServerErrorOnFailure");
    return { status: failed ? 500 : 200, body };
  }

  #list(request: HttpRequest): HttpResponse {
    const query = request.url.searchParams;
    const top = Number(query.get("top") ?? LIST_LIMIT);
    const token = request.headers["x-ms-continuation-token"];
    const { instances, continuation } = this.#engine.management.query({
      createdFromMs: time(query, "createdTimeFrom") ?? -1e15,
      createdToMs: time(query, "createdTimeTo") ?? 1e15,
      statuses: statusesOf(query),
      idPrefix: query.get("instanceIdPrefix") ?? "",
      limit: Number.isInteger(top) && top > 0 ? top : LIST_LIMIT,
      ...(token ? { continuation: token } : {}),
    });
    const showInput = query.get("showInput")?.toLowerCase() !== "false";
    return {
      status: 200,
      headers: { "x-ms-continuation-token": continuation ?? "" },
      body: instances.map((record) => statusPayload(record, showInput)),
    };
  }

  #purgeBy(request: HttpRequest): HttpResponse {
    const query = request.url.searchParams;
    const createdFromMs = time(query, "createdTimeFrom");
    if (createdFromMs === undefined) return badRequest("Please provide value for 'createdTimeFrom' parameter.");
    const createdToMs = time(query, "createdTimeTo") ?? this.#engine.clock.nowMs();
    const instancesDeleted = this.#engine.management.purgeBy({
      createdFromMs,
      createdToMs,
      statuses: statusesOf(query),
    });
    return instancesDeleted === 0 ? { status: 404 } : { status: 200, body: { instancesDeleted } };
  }
}

const JSON_HEADERS = { "content-type": "application/json" };

function reason(request: HttpRequest): string {
  return request.url.searchParams.get("reason") ?? "";
}

function time(query: URLSearchParams, name: string): number | undefined {
  const value = Date.parse(query.get(name) ?? "");
  return Number.isNaN(value) ? undefined : value;
}

function statusesOf(query: URLSearchParams): RuntimeStatus[] {
  const asked = query.getAll("runtimeStatus").flatMap((value) => value.split(","));
  return STATUSES.filter((status) => asked.some((value) => value.toLowerCase() === status.toLowerCase()));
}

/** One instance as the API shows it: whole seconds, JSON values, no member missing. */
function statusPayload(record: InstanceRecord, showInput: boolean): object {
  const seconds = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return {
    name: record.name,
    instanceId: record.instanceId,
    runtimeStatus: record.status,
    input: showInput ? JSON.parse(record.input) : null,
    customStatus: JSON.parse(record.customStatus ?? "null"),
    output: JSON.parse(record.output ?? "null"),
    createdTime: seconds(record.createdMs),
    lastUpdatedTime: seconds(record.updatedMs),
  };
}
