import { z } from "zod";
import { EVENT_SCHEMAS, type GridEvent } from "./grid-event.ts";

const webhookUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

/** An event subscription as it is asked for. Limits are Event Grid's. */
export const subscriptionSettingsSchema = z.strictObject({
  /** Where events are posted. Holds a key as a rule: a secret. */
  endpoint: webhookUrl,
  schema: z.enum(EVENT_SCHEMAS).default("EventGridSchema"),
  /** All types when left out. */
  includedEventTypes: z.array(z.string().min(1)).optional(),
  subjectBeginsWith: z.string().default(""),
  subjectEndsWith: z.string().default(""),
  maxEventsPerBatch: z.number().int().min(1).max(5_000).default(1),
  preferredBatchSizeInKilobytes: z.number().int().min(1).max(1_024).default(64),
  maxDeliveryAttempts: z.number().int().min(1).max(30).default(30),
  eventTimeToLiveInMinutes: z.number().int().min(1).max(1_440).default(1_440),
  /** Whether what cannot be delivered is kept as a dead letter; it is dropped otherwise. */
  deadLetter: z.boolean().default(true),
});

/** An event subscription asked for by name, as a scenario has it. */
export const namedSubscriptionSchema = subscriptionSettingsSchema.extend({
  name: z.string().regex(/^[a-zA-Z0-9-]{3,64}$/, "must be 3 to 64 letters, digits and hyphens"),
});

/** An event subscription as it is kept. */
export const subscriptionSchema = namedSubscriptionSchema.extend({
  provisioningState: z.enum(["Succeeded", "AwaitingManualAction", "Failed"]),
  /** What the endpoint must echo, and what opens the validation URL. */
  validationCode: z.string(),
});

export type SubscriptionSettings = z.infer<typeof subscriptionSettingsSchema>;
export type Subscription = z.infer<typeof subscriptionSchema>;

/** Whether a subscription wants an event. Types and subjects are compared without regard to case, as in Azure. */
export function wants(subscription: Subscription, event: GridEvent): boolean {
  const { includedEventTypes, subjectBeginsWith, subjectEndsWith } = subscription;
  const type = event.type.toLowerCase();
  const subject = (event.subject ?? "").toLowerCase();
  return (
    (includedEventTypes === undefined || includedEventTypes.some((included) => included.toLowerCase() === type)) &&
    subject.startsWith(subjectBeginsWith.toLowerCase()) &&
    subject.endsWith(subjectEndsWith.toLowerCase())
  );
}

/** A subscription as it may be shown: the endpoint without its query, where the key is. */
export function shownSubscription({ endpoint, validationCode: _, ...rest }: Subscription) {
  const url = new URL(endpoint);
  return { ...rest, endpointBaseUrl: `${url.origin}${url.pathname}` };
}
