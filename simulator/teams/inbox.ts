import { z } from "zod";
import type { Collection, Store } from "../state/store.ts";
import { type AdaptiveCard, adaptiveCardSchema } from "./card-rules.ts";

/** The limit of a Teams message (docs of the Teams connector). */
export const MESSAGE_LIMIT_BYTES = 28 * 1024;
/** How many messages are kept; the oldest go first. */
const KEPT_MESSAGES = 500;
const CARD_TYPE = "application/vnd.microsoft.card.adaptive";

const envelopeSchema = z.looseObject({
  type: z.literal("message"),
  attachments: z
    .array(z.looseObject({ contentType: z.literal(CARD_TYPE), content: adaptiveCardSchema }))
    .min(1)
    .max(1, "a Workflows webhook posts one card a message"),
});

const messageSchema = z.object({ id: z.number(), receivedAt: z.string(), card: adaptiveCardSchema });

/** A card as it was received. */
export type TeamsMessage = z.infer<typeof messageSchema>;

/** What posting came to: kept, or why not. */
export type PostOutcome =
  | { readonly kind: "kept" }
  | { readonly kind: "refused"; readonly status: 400 | 413; readonly reason: string };

/** A Teams channel: the cards it was sent, oldest first. */
export class TeamsInbox {
  readonly #store: Store;
  readonly #messages: Collection<TeamsMessage>;

  constructor(store: Store) {
    this.#store = store;
    this.#messages = store.collection("teams", (value) => messageSchema.parse(value));
  }

  /** Checks a webhook's body as Workflows and Teams do, and keeps the card. */
  post(body: string, nowMs: number): PostOutcome {
    const size = Buffer.byteLength(body);
    if (size > MESSAGE_LIMIT_BYTES) {
      const reason = `the message has ${size} bytes, the limit is ${MESSAGE_LIMIT_BYTES}`;
      return { kind: "refused", status: 413, reason };
    }
    const parsed = envelopeSchema.safeParse(parseJson(body));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const place = issue?.path.map(String).join(".") || "body";
      return { kind: "refused", status: 400, reason: `${place}: ${issue?.message}` };
    }
    const [attachment] = parsed.data.attachments;
    if (attachment) this.#keep(attachment.content, nowMs);
    return { kind: "kept" };
  }

  messages(): TeamsMessage[] {
    return this.#messages.values().sort((left, right) => left.id - right.id);
  }

  #keep(card: AdaptiveCard, nowMs: number): void {
    const messages = this.messages();
    const id = (messages.at(-1)?.id ?? 0) + 1;
    this.#store.transaction(() => {
      this.#messages.put(String(id), { id, receivedAt: new Date(nowMs).toISOString(), card });
      for (const old of messages.slice(0, Math.max(0, messages.length + 1 - KEPT_MESSAGES))) {
        this.#messages.delete(String(old.id));
      }
    });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
