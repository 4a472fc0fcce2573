import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

const WAIT_MS = 15_000;
const POLL_MS = 250;
const REQUEST_TIMEOUT_MS = 5_000;

const messagesSchema = z.object({
  messages: z.array(z.looseObject({ card: z.looseObject({ type: z.string() }) })),
});
/** A card as it lies in the inbox. */
export type ReceivedCard = z.infer<typeof messagesSchema>["messages"][number]["card"];

/**
 * The newest card in the simulated Teams channel that tells of a run; it may still be on its way. Undefined when none has
 * come within 15 seconds.
 */
export async function findCard(
  simulatorUrl: string,
  runId: string,
  options: { signal: AbortSignal; waitMs?: number },
): Promise<ReceivedCard | undefined> {
  const { signal, waitMs = WAIT_MS } = options;
  const deadline = performance.now() + waitMs;
  for (;;) {
    const cards = await readCards(simulatorUrl, signal);
    const card = cards.findLast((candidate) => JSON.stringify(candidate).includes(runId));
    if (card !== undefined || performance.now() >= deadline) return card;
    await delay(POLL_MS, undefined, { signal });
  }
}

async function readCards(simulatorUrl: string, signal: AbortSignal): Promise<ReceivedCard[]> {
  try {
    const response = await fetch(`${simulatorUrl}/teams/messages`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]),
    });
    return messagesSchema.parse(await response.json()).messages.map(({ card }) => card);
  } catch {
    // The run has ended and its report is kept: an inbox that cannot be read costs the card alone.
    signal.throwIfAborted();
    return [];
  }
}
