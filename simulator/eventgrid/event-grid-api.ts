import { type Context, Hono } from "hono";
import { z } from "zod";
import type { AzureModel } from "../azure/azure-model.ts";
import { sameText } from "../state/secrets.ts";
import { availableVersions, clusterEvent } from "./cluster-events.ts";
import type { EventGrid } from "./event-grid.ts";
import { type EventSchema, readPublished } from "./grid-event.ts";
import { namedSubscriptionSchema, shownSubscription, subscriptionSettingsSchema } from "./subscription.ts";

/** The name under which the key of the custom topic is kept. */
export const TOPIC_SECRET = "eventgrid-topic";
/** The most that Event Grid takes in one request. */
const PUBLISH_LIMIT_BYTES = 1_024 * 1_024;

const cluster = z.string().optional();
const announcementSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("Microsoft.ContainerService.NewKubernetesVersionAvailable"), cluster }),
  z.strictObject({
    type: z.enum(["Microsoft.ContainerService.ClusterSupportEnding", "Microsoft.ContainerService.ClusterSupportEnded"]),
    cluster,
    /** The cluster's own when left out. */
    kubernetesVersion: z.string().optional(),
  }),
]);

/** The custom topic: `POST /api/events`, as `EventGridPublisherClient` calls it. */
export function createTopic(azure: AzureModel, eventGrid: EventGrid): Hono {
  const app = new Hono();
  app.post("/events", async (context) => {
    const offered = context.req.header("aeg-sas-key") ?? "";
    if (!sameText(azure.secrets.get(TOPIC_SECRET), offered)) {
      return refuse(context, 401, "Unauthorized", "The header aeg-sas-key is missing or holds another key.");
    }
    const body = await context.req.text();
    if (Buffer.byteLength(body) > PUBLISH_LIMIT_BYTES) {
      return refuse(context, 413, "RequestEntityTooLarge", `More than ${PUBLISH_LIMIT_BYTES} bytes in one request.`);
    }
    const schema: EventSchema = /^application\/cloudevents/i.test(context.req.header("content-type") ?? "")
      ? "CloudEventSchemaV1_0"
      : "EventGridSchema";
    const { world } = azure;
    world.catchUp();
    const read = readPublished(parseJson(body), schema, topicId(azure), new Date(world.nowMs).toISOString());
    if ("mistake" in read) return refuse(context, 400, "BadRequest", read.mistake);
    world.change(() => {
      for (const event of read.events) eventGrid.publish(event);
    });
    return context.body(null, 200);
  });
  return app;
}

/** What is the simulator's own: subscriptions, announcements of AKS, and a look at what is on its way. */
export function createEventGridControl(azure: AzureModel, eventGrid: EventGrid): Hono {
  const app = new Hono();
  app.get("/event-grid", (context) => context.json(eventGrid.shown()));
  app.put("/event-subscriptions/:name", async (context) => {
    const name = namedSubscriptionSchema.shape.name.safeParse(context.req.param("name"));
    const settings = subscriptionSettingsSchema.safeParse(await readJson(context));
    if (!name.success) return refuse(context, 400, "InvalidRequest", `name: ${name.error.issues[0]?.message}`);
    if (!settings.success) return refuse(context, 400, "InvalidRequest", firstMistake(settings.error));
    const { subscription, answered } = await eventGrid.subscribe(name.data, settings.data);
    if (subscription.provisioningState !== "Failed") return context.json(shownSubscription(subscription));
    const { endpointBaseUrl } = shownSubscription(subscription);
    const how = answered === undefined ? "it gave no answer" : `it answered ${answered}`;
    const message = `The attempt to validate the provided endpoint ${endpointBaseUrl} failed: ${how}.`;
    return refuse(context, 400, "Url validation", message);
  });
  app.delete("/event-subscriptions/:name", (context) =>
    eventGrid.unsubscribe(context.req.param("name"))
      ? context.body(null, 204)
      : refuse(context, 404, "ResourceNotFound", "There is no such event subscription."),
  );
  app.get("/event-subscriptions/:name/validate", (context) =>
    eventGrid.confirm(context.req.param("name"), context.req.query("code") ?? "")
      ? context.text("The webhook is validated.")
      : refuse(context, 404, "ResourceNotFound", "There is no such event subscription, or the code is another."),
  );
  app.post("/events", async (context) => {
    const parsed = announcementSchema.safeParse(await readJson(context));
    if (!parsed.success) return refuse(context, 400, "InvalidRequest", firstMistake(parsed.error));
    const events = announce(azure, eventGrid, parsed.data);
    return events.length === 0
      ? refuse(context, 404, "ResourceNotFound", `There is no cluster ${parsed.data.cluster}.`)
      : context.json({ events: events.map(({ id, type, subject }) => ({ id, type, subject })) }, 202);
  });
  return app;
}

/** Lets AKS tell something, of one cluster or of all; answers the events. */
function announce(azure: AzureModel, eventGrid: EventGrid, asked: z.infer<typeof announcementSchema>) {
  const clusters = azure.clusters
    .values()
    .filter(({ name }) => asked.cluster === undefined || name.toLowerCase() === asked.cluster.toLowerCase())
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  if (clusters.length === 0) return [];
  return azure.world.change(() =>
    clusters.map((one) => {
      const data =
        asked.type === "Microsoft.ContainerService.NewKubernetesVersionAvailable"
          ? availableVersions(azure, one.location)
          : { kubernetesVersion: asked.kubernetesVersion ?? one.kubernetesVersion };
      return eventGrid.emit(clusterEvent(one, asked.type, data));
    }),
  );
}

function topicId(azure: AzureModel): string {
  const { subscriptionId } = azure.fleet.azure;
  return `/subscriptions/${subscriptionId}/resourceGroups/rg-drydock/providers/Microsoft.EventGrid/topics/drydock`;
}

/** The body as JSON; undefined for anything else, so that a page of another origin cannot post here unasked. */
async function readJson(context: Context): Promise<unknown> {
  const isJson = /^application\/json\b/i.test(context.req.header("content-type") ?? "");
  return isJson ? parseJson(await context.req.text()) : undefined;
}

function refuse(context: Context, status: 400 | 401 | 404 | 413, code: string, message: string): Response {
  return context.json({ error: { code, message } }, status);
}

function firstMistake(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.map(String).join(".") || "the body (JSON, as application/json)"}: ${issue?.message}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
