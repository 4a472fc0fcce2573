import { z } from "zod";
import { type GridEvent, gridEventSchema, toDelivered } from "./grid-event.ts";
import type { Subscription } from "./subscription.ts";

/** An event on its way to one subscription. */
export const deliverySchema = z.object({
  order: z.number(),
  subscription: z.string(),
  event: gridEventSchema,
  publishedMs: z.number(),
  /** When it is sent, or sent again. */
  dueMs: z.number(),
  attempts: z.number(),
  /** What the last attempt came to. */
  lastOutcome: z.string().optional(),
  lastAttemptMs: z.number().optional(),
});

/** An event that could not be delivered. */
export const deadLetterSchema = deliverySchema.extend({ reason: z.string() });

export type Delivery = z.infer<typeof deliverySchema>;
export type DeadLetter = z.infer<typeof deadLetterSchema>;

const KILOBYTE = 1_024;

/** Packs deliveries into batches, in their order: at most as many and, but for a single one, as large as the subscription prefers. */
export function batchesOf(subscription: Subscription, deliveries: readonly Delivery[]): Delivery[][] {
  const limitBytes = subscription.preferredBatchSizeInKilobytes * KILOBYTE;
  const batches: Delivery[][] = [];
  let bytes = 0;
  for (const delivery of deliveries) {
    const size = Buffer.byteLength(JSON.stringify(toDelivered(delivery.event, subscription.schema)));
    const last = batches.at(-1);
    if (last === undefined || last.length >= subscription.maxEventsPerBatch || bytes + size > limitBytes) {
      batches.push([delivery]);
      bytes = size;
    } else {
      last.push(delivery);
      bytes += size;
    }
  }
  return batches;
}

/** When an event is given up. */
export function expiryMs({ publishedMs }: Delivery, { eventTimeToLiveInMinutes }: Subscription): number {
  return publishedMs + eventTimeToLiveInMinutes * 60_000;
}

/** An event that is on its way, as it may be shown. */
export function shownDelivery({ subscription, event, attempts, dueMs, lastOutcome }: Delivery) {
  const { id, type, subject } = event;
  return { subscription, id, type, subject, attempts, nextAttemptTime: instant(dueMs), lastOutcome };
}

/** A dead letter as Event Grid writes it, in its subscription's schema. */
export function shownDeadLetter(letter: DeadLetter, schema: Subscription["schema"]): Record<string, unknown> {
  const event: GridEvent = letter.event;
  const facts = {
    deadLetterReason: letter.reason,
    deliveryAttempts: letter.attempts,
    lastDeliveryOutcome: letter.lastOutcome ?? null,
    publishTime: instant(letter.publishedMs),
    lastDeliveryAttemptTime: letter.lastAttemptMs === undefined ? null : instant(letter.lastAttemptMs),
  };
  // The attributes of a CloudEvent are lower case.
  const named =
    schema === "CloudEventSchemaV1_0"
      ? Object.fromEntries(Object.entries(facts).map(([name, value]) => [name.toLowerCase(), value]))
      : facts;
  return { ...toDelivered(event, schema), ...named };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
