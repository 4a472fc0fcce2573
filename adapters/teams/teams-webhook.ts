import type { AdaptiveCard } from "@microsoft/teams.cards";
import { DrydockError, failureOfStatus, terminal, transient } from "../../domain/errors.ts";
import { retryAfterSeconds } from "../azure/azure-failure.ts";

/** Largest message that Teams takes is about 28 KB; stay below. */
const MESSAGE_LIMIT_BYTES = 25_000;
const TIMEOUT_MS = 30_000;

/**
 * Posts a card to a Workflows webhook. Throws DrydockError; the URL holds a signature and is in no message.
 *
 * @param url the webhook: a secret
 */
export async function postCard(url: string, card: AdaptiveCard): Promise<void> {
  const body = JSON.stringify({
    type: "message",
    attachments: [
      {
        contentType: "application/vnd.microsoft.card.adaptive",
        contentUrl: null,
        content: { $schema: "http://adaptivecards.io/schemas/adaptive-card.json", ...toPlain(card) },
      },
    ],
  });
  if (Buffer.byteLength(body) > MESSAGE_LIMIT_BYTES) {
    throw new DrydockError(terminal("Invalid", `the card has ${Buffer.byteLength(body)} bytes; Teams refuses it`));
  }
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    // The cause names the URL, which is a secret.
    throw new DrydockError(transient("Unreachable", "the Teams webhook cannot be reached (TEAMS_WEBHOOK_URL)"));
  }
  await response.body?.cancel();
  if (response.ok) return;
  const message = `the Teams webhook answered ${response.status}; check that the flow is on and its owner still there`;
  throw new DrydockError(
    failureOfStatus(response.status, "", message, retryAfterSeconds(response.headers.get("retry-after") ?? undefined)),
  );
}

/** The card as it goes over the wire: builders keep undefined members. */
function toPlain(card: AdaptiveCard): Record<string, unknown> {
  return JSON.parse(JSON.stringify(card)) as Record<string, unknown>;
}
