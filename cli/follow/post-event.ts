import { setTimeout as delay } from "node:timers/promises";
import { CommandFailure, EXIT_FAILED, reasonOf } from "../failure.ts";
import type { EventGridEvent } from "../state/session.ts";

/** The function that takes events of AKS clusters. */
const FUNCTION_NAME = "onContainerServiceEvent";
const ATTEMPTS = 6;
const FIRST_WAIT_MS = 250;
/** Event Grid waits this long for an answer. */
const TIMEOUT_MS = 30_000;

/**
 * Posts an event to the host's Event Grid webhook as Event Grid does, again with growing waits when the host cannot take it.
 * Rejects with CommandFailure when it is refused or never taken; the key is in no message.
 */
export async function postEvent(
  event: EventGridEvent,
  target: { url: string; key: string; signal: AbortSignal; firstWaitMs?: number },
): Promise<void> {
  const { signal, firstWaitMs = FIRST_WAIT_MS } = target;
  let reason = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(firstWaitMs * 2 ** (attempt - 1), undefined, { signal });
    const outcome = await tryPost(event, target.url, target.key, attempt, signal);
    if (outcome.kind === "taken") return;
    if (outcome.kind === "refused") {
      throw new CommandFailure(`The event ${event.id} was refused: ${outcome.reason}.`, EXIT_FAILED);
    }
    reason = outcome.reason;
  }
  throw new CommandFailure(`The event ${event.id} was not taken after ${ATTEMPTS} attempts: ${reason}.`, EXIT_FAILED);
}

type Outcome = { readonly kind: "taken" } | { readonly kind: "refused" | "later"; readonly reason: string };

async function tryPost(
  event: EventGridEvent,
  url: string,
  key: string,
  attempt: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const query = new URLSearchParams({ functionName: FUNCTION_NAME, code: key });
  try {
    const response = await fetch(`${url}/runtime/webhooks/eventgrid?${query}`, {
      method: "POST",
      headers: {
        "content-type": "application/json; charset=utf-8",
        "aeg-event-type": "Notification",
        "aeg-delivery-count": String(attempt),
      },
      body: JSON.stringify([event]),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = (await response.text()).trim().split("\n")[0] ?? "";
    if (response.ok) return { kind: "taken" };
    const reason = `the webhook answered ${response.status}${text === "" ? "" : ` (${text.slice(0, 200)})`}`;
    const isFinal = response.status < 500 && response.status !== 429 && response.status !== 408;
    return { kind: isFinal ? "refused" : "later", reason };
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "later", reason: reasonOf(error) };
  }
}
