import { setTimeout as delay } from "node:timers/promises";
import { AzureKeyCredential, EventGridPublisherClient } from "@azure/eventgrid";
import { z } from "zod";
import { CommandFailure, EXIT_FAILED, reasonOf } from "../failure.ts";
import type { EventGridEvent } from "../state/session.ts";

/** The function that takes events of AKS clusters. */
const FUNCTION_NAME = "onContainerServiceEvent";
const SUBSCRIPTION_NAME = "drydock";
/** What that function is subscribed to; the types are the official SDK's. */
const EVENT_TYPES = [
  "NewKubernetesVersionAvailable",
  "ClusterSupportEnding",
  "ClusterSupportEnded",
  "NodePoolRollingStarted",
  "NodePoolRollingSucceeded",
  "NodePoolRollingFailed",
].map((name) => `Microsoft.ContainerService.${name}`);
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 250;
/** Event Grid itself waits 30 seconds for the webhook's answer to the handshake. */
const TIMEOUT_MS = 40_000;

const refusalSchema = z.object({ error: z.object({ message: z.string() }) });

/** The simulated Event Grid, as the command line uses it. */
export interface EventGridPlace {
  readonly simulatorUrl: string;
  readonly topicEndpoint: string;
  /** A secret. */
  readonly topicKey: string;
}

/** The host whose webhook gets the events. */
export interface WebhookHost {
  readonly url: string;
  /** The system key of the Event Grid extension; a secret. */
  readonly key: string;
}

/**
 * Subscribes the host's webhook, as the infrastructure of production does: Event Grid does its handshake with it. Asks again
 * with growing waits while the host cannot answer. Rejects with CommandFailure when the webhook is refused; the key is in no
 * message.
 */
export async function subscribeHost(place: EventGridPlace, host: WebhookHost, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ functionName: FUNCTION_NAME, code: host.key });
  const settings = {
    endpoint: `${host.url}/runtime/webhooks/eventgrid?${query}`,
    schema: "CloudEventSchemaV1_0",
    includedEventTypes: EVENT_TYPES,
  };
  let reason = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(FIRST_WAIT_MS * 2 ** (attempt - 1), undefined, { signal });
    try {
      const response = await fetch(`${place.simulatorUrl}/simulator/event-subscriptions/${SUBSCRIPTION_NAME}`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(settings),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return;
      reason = refusalSchema.safeParse(parseJson(text)).data?.error.message ?? `it answered ${response.status}`;
    } catch (error) {
      signal.throwIfAborted();
      reason = reasonOf(error);
    }
  }
  throw new CommandFailure(`Event Grid did not subscribe the host's webhook: ${reason}`, EXIT_FAILED);
}

/**
 * Publishes an event with the official client; Event Grid brings it to the host, again and again if it must. Rejects with
 * CommandFailure when it is not taken; the client tries again what may pass.
 */
export async function publishEvent(event: EventGridEvent, place: EventGridPlace, signal: AbortSignal): Promise<void> {
  const client = new EventGridPublisherClient(
    place.topicEndpoint,
    "CloudEvent",
    new AzureKeyCredential(place.topicKey),
    {
      allowInsecureConnection: true,
    },
  );
  const { id, topic, subject, eventType, eventTime, data } = event;
  try {
    await client.send([{ id, source: topic, subject, type: eventType, time: new Date(eventTime), data }], {
      abortSignal: signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new CommandFailure(`Event Grid did not take the event ${id}: ${reasonOf(error)}`, EXIT_FAILED);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
