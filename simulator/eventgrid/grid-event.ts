import { z } from "zod";

/** The two shapes in which Event Grid takes and delivers events; the names are Azure's. */
export const EVENT_SCHEMAS = ["EventGridSchema", "CloudEventSchemaV1_0"] as const;
export type EventSchema = (typeof EVENT_SCHEMAS)[number];

/** An event, whichever schema it came in. */
export const gridEventSchema = z.object({
  id: z.string().min(1),
  /** Resource id of what it tells about: `topic` in Event Grid's own schema. */
  source: z.string(),
  subject: z.string().optional(),
  type: z.string().min(1),
  time: z.string(),
  data: z.unknown(),
  dataVersion: z.string(),
  /** Further attributes of a CloudEvent, traceparent for one. */
  extensions: z.record(z.string(), z.unknown()),
});

export type GridEvent = z.infer<typeof gridEventSchema>;

/** An event as its sender knows it; id and time are Event Grid's to give. */
export type EventDraft = Pick<GridEvent, "source" | "type" | "data"> & {
  readonly subject: string;
  dataVersion?: string;
};

const eventGridInput = z.strictObject({
  id: z.string().min(1),
  subject: z.string(),
  eventType: z.string().min(1),
  eventTime: z.iso.datetime({ offset: true }),
  data: z.unknown(),
  dataVersion: z.string().default("1"),
  /** Event Grid's to set; a publisher may send it only as the topic it posts to. */
  topic: z.string().optional(),
  metadataVersion: z.string().optional(),
});

const cloudEventInput = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
  data: z.unknown(),
});

/** What a publisher sent: events, or the first mistake with its place. */
export type ReadEvents = { readonly events: GridEvent[] } | { readonly mistake: string };

/** Reads what was published to a custom topic; in Event Grid's own schema the topic is set by the service. */
export function readPublished(body: unknown, schema: EventSchema, topicId: string, now: string): ReadEvents {
  const list: unknown[] = Array.isArray(body) ? body : [body];
  const events: GridEvent[] = [];
  for (const [index, value] of list.entries()) {
    const read = schema === "EventGridSchema" ? readGridEvent(value, topicId) : readCloudEvent(value, now);
    if ("mistake" in read) return { mistake: `event ${index}: ${read.mistake}` };
    events.push(read);
  }
  return { events };
}

function readGridEvent(value: unknown, topicId: string): GridEvent | { readonly mistake: string } {
  const parsed = eventGridInput.safeParse(value);
  if (!parsed.success) return { mistake: firstMistake(parsed.error) };
  const { id, subject, eventType, eventTime, data, dataVersion, topic } = parsed.data;
  if (topic !== undefined && topic !== "" && topic.toLowerCase() !== topicId.toLowerCase()) {
    return { mistake: `topic: must be left out or be ${topicId}` };
  }
  return { id, source: topicId, subject, type: eventType, time: eventTime, data, dataVersion, extensions: {} };
}

function readCloudEvent(value: unknown, now: string): GridEvent | { readonly mistake: string } {
  const parsed = cloudEventInput.safeParse(value);
  if (!parsed.success) return { mistake: firstMistake(parsed.error) };
  const { specversion: _, id, source, type, subject, time = now, data, ...extensions } = parsed.data;
  return { id, source, ...(subject === undefined ? {} : { subject }), type, time, data, dataVersion: "", extensions };
}

function firstMistake(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.map(String).join(".") || "the event"}: ${issue?.message}`;
}

/** An event as a subscription's schema has it. */
export function toDelivered(event: GridEvent, schema: EventSchema): Record<string, unknown> {
  const { id, source, subject, type, time, data, dataVersion, extensions } = event;
  if (schema === "CloudEventSchemaV1_0") {
    const named = subject === undefined ? {} : { subject };
    return { ...extensions, id, source, ...named, type, time, data, specversion: "1.0" };
  }
  return {
    id,
    topic: source,
    subject: subject ?? "",
    eventType: type,
    eventTime: time,
    data,
    dataVersion,
    metadataVersion: "1",
  };
}
