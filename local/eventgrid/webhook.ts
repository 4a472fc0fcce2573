import type { Clock } from "../clock/clock.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "../http/handler.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker, RegisteredFunction } from "../worker/contract.ts";
import { invokeWithRetry } from "../worker/invoke-with-retry.ts";

/** Event Grid sends at most 1 MB a request; this leaves room and refuses what cannot come from it. */
export const EVENT_GRID_BODY_LIMIT_BYTES = 4 * 1024 * 1024;

type Event = Readonly<Record<string, unknown>>;

/**
 * The webhook of the Event Grid trigger, as the Functions extension serves it (`HttpRequestProcessor`): both validation
 * handshakes, notifications as array or single object in either schema, 202 when every event was taken and 500 with the
 * first error's message otherwise, upon which Event Grid sends the whole request again. The caller has checked the key.
 */
export function createEventGridWebhook(worker: AppWorker, clock: Clock, log: HostLog): HttpHandler {
  return async (request) => {
    const name = request.url.searchParams.get("functionName") ?? "";
    const target = worker.functions.get(name.toLowerCase());
    if (target?.trigger.type.toLowerCase() !== "eventgridtrigger") {
      log.warn({ function: name }, "event refused with 404: no such Event Grid function");
      return text(404, `cannot find function: '${name}'`);
    }
    if (request.method === "OPTIONS") return answerOptions(request);
    if (request.method !== "POST") return text(400, "Event Grid sends POST and OPTIONS.");
    return answerPost(worker, clock, log, target, request);
  };
}

function text(status: number, body: string): HttpResponse {
  return { status, body };
}

/** The CloudEvents handshake: the sender asks whether it may send (CloudEvents webhook specification, section 4). */
function answerOptions(request: HttpRequest): HttpResponse {
  const origin = request.headers["webhook-request-origin"];
  if (!origin) return text(400, "The header WebHook-Request-Origin is missing.");
  return {
    status: 200,
    headers: {
      "webhook-allowed-origin": origin,
      "webhook-allowed-rate": request.headers["webhook-request-rate"] ?? "*",
      allow: "POST, OPTIONS",
    },
  };
}

async function answerPost(
  worker: AppWorker,
  clock: Clock,
  log: HostLog,
  target: RegisteredFunction,
  request: HttpRequest,
): Promise<HttpResponse> {
  const kind = (request.headers["aeg-event-type"] ?? "").toLowerCase();
  const isCloudEvents = /^application\/cloudevents/i.test(request.headers["content-type"] ?? "");
  if (kind === "unsubscribe" || kind === "subscriptiondeletion") return { status: 202 };
  if (kind !== "notification" && kind !== "subscriptionvalidation" && !isCloudEvents) {
    return refuse(
      log,
      target,
      `The header aeg-event-type is ${kind ? `"${kind}"` : "missing"}; Notification or SubscriptionValidation is expected.`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(request.body.toString("utf8"));
  } catch (error) {
    return refuse(log, target, `The body is not JSON: ${(error as Error).message}.`);
  }
  const events = Array.isArray(parsed) ? parsed : [parsed];
  const bad = events.findIndex((event) => typeof event !== "object" || event === null || Array.isArray(event));
  if (bad >= 0 || events.length === 0) {
    const where = events.length === 0 ? "an empty array" : `something that is no object (element ${bad})`;
    return refuse(log, target, `The body holds ${where}; an event, or an array of events, is expected.`);
  }
  if (kind === "subscriptionvalidation") return answerValidation(log, target, events[0] as Event);
  return dispatch(worker, clock, log, target, events as Event[]);
}

function refuse(log: HostLog, target: RegisteredFunction, message: string): HttpResponse {
  log.warn({ function: target.name, message }, "event refused with 400; nothing was started");
  return text(400, message);
}

/** The handshake of the Event Grid schema; in a CloudEvent the data is JSON inside of JSON. */
function answerValidation(log: HostLog, target: RegisteredFunction, event: Event): HttpResponse {
  const data = typeof event.data === "string" ? parseJson(event.data) : event.data;
  const code =
    typeof data === "object" && data !== null ? (data as { validationCode?: unknown }).validationCode : undefined;
  if (typeof code !== "string") return refuse(log, target, "The validation event holds no data.validationCode.");
  log.info({ function: target.name }, "Event Grid subscription validated");
  return { status: 200, body: { validationResponse: code } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function dispatch(
  worker: AppWorker,
  clock: Clock,
  log: HostLog,
  target: RegisteredFunction,
  events: readonly Event[],
): Promise<HttpResponse> {
  const isMany = String(target.trigger.cardinality ?? "one").toLowerCase() === "many";
  const payloads: readonly unknown[] = isMany ? [events] : events;
  const outcomes = await Promise.allSettled(
    payloads.map((payload) =>
      invokeWithRetry(worker, clock, log, {
        functionName: target.name,
        triggerData: { json: JSON.stringify(payload) },
      }),
    ),
  );
  let failure: string | undefined;
  for (const [index, outcome] of outcomes.entries()) {
    const ids = isMany ? events.map((event) => event.id) : events[index]?.id;
    if (outcome.status === "fulfilled") {
      log.info({ function: target.name, event: ids }, "event delivered");
    } else {
      const { message } = outcome.reason as Error;
      log.error({ function: target.name, event: ids, error: message }, "event failed; the sender will send it again");
      failure ??= message;
    }
  }
  return failure === undefined ? { status: 202 } : text(500, failure);
}
