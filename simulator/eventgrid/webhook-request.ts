import { type GridEvent, toDelivered } from "./grid-event.ts";
import type { Subscription } from "./subscription.ts";

/** Sends a request to a webhook; rejects when there is no answer. `fetch` is one. */
export type SendRequest = (request: Request) => Promise<Response>;

/** What a request came to. */
export interface WebhookAnswer {
  /** Undefined: no answer at all. */
  readonly status: number | undefined;
  readonly headers: Headers;
  readonly text: string;
}

const ORIGIN = "eventgrid.azure.net";
/** How many requests a minute Event Grid asks leave for. */
const REQUEST_RATE = "120";
const NO_ANSWER: WebhookAnswer = { status: undefined, headers: new Headers(), text: "" };

/** Sends a request and reads the whole answer; one that does not come before the signal counts as none. Never rejects. */
export async function ask(
  send: SendRequest,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  try {
    const response = await send(new Request(url, { ...init, redirect: "manual", signal }));
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch {
    return NO_ANSWER;
  }
}

/** The request that carries a batch. One event without batching is an array still in Event Grid's own schema. */
export function deliveryRequest(
  subscription: Subscription,
  events: readonly GridEvent[],
  deliveryCount: number,
): RequestInit {
  const { schema, maxEventsPerBatch, name } = subscription;
  const bodies = events.map((event) => toDelivered(event, schema));
  const isSingle = schema === "CloudEventSchemaV1_0" && maxEventsPerBatch === 1;
  return {
    method: "POST",
    headers: {
      "content-type": contentType(subscription, isSingle),
      "aeg-event-type": "Notification",
      "aeg-subscription-name": name.toUpperCase(),
      "aeg-delivery-count": String(deliveryCount),
      "aeg-data-version": events[0]?.dataVersion ?? "",
      "aeg-metadata-version": "1",
    },
    body: JSON.stringify(isSingle ? bodies[0] : bodies),
  };
}

function contentType({ schema }: Subscription, isSingle: boolean): string {
  if (schema === "EventGridSchema") return "application/json; charset=utf-8";
  return `application/cloudevents${isSingle ? "" : "-batch"}+json; charset=utf-8`;
}

/** The request that asks a webhook whether it wants events. */
export function validationRequest(
  subscription: Subscription,
  validationUrl: string,
  id: string,
  now: string,
): RequestInit {
  if (subscription.schema === "CloudEventSchemaV1_0") {
    return {
      method: "OPTIONS",
      headers: {
        "webhook-request-origin": ORIGIN,
        "webhook-request-callback": validationUrl,
        "webhook-request-rate": REQUEST_RATE,
      },
    };
  }
  const event = {
    id,
    topic: "",
    subject: "",
    data: { validationCode: subscription.validationCode, validationUrl },
    eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
    eventTime: now,
    metadataVersion: "1",
    dataVersion: "2",
  };
  return {
    method: "POST",
    headers: {
      "content-type": "application/json; charset=utf-8",
      "aeg-event-type": "SubscriptionValidation",
      "aeg-subscription-name": subscription.name.toUpperCase(),
      "aeg-delivery-count": "0",
      "aeg-data-version": "",
      "aeg-metadata-version": "1",
    },
    body: JSON.stringify([event]),
  };
}

/**
 * What an answer to the handshake says. A plain 200 is no consent: the owner may still open the validation URL by hand.
 */
export function validationOutcome(
  subscription: Subscription,
  answer: WebhookAnswer,
): Subscription["provisioningState"] {
  if (answer.status !== 200) return "Failed";
  if (subscription.schema === "CloudEventSchemaV1_0") {
    const allowed = answer.headers.get("webhook-allowed-origin");
    return allowed === "*" || allowed === ORIGIN ? "Succeeded" : "AwaitingManualAction";
  }
  return validationResponse(answer.text) === subscription.validationCode ? "Succeeded" : "AwaitingManualAction";
}

function validationResponse(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && "validationResponse" in body
      ? body.validationResponse
      : undefined;
  } catch {
    return undefined;
  }
}
