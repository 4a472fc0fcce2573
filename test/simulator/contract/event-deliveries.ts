import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { differenceFromExample } from "./example-schema.ts";

type Json = Readonly<Record<string, unknown>>;

const FOLDER = join(import.meta.dirname, "reference");
/** What an event may leave out. */
const OPTIONAL = ["datacontenttype", "latestPreviewKubernetesVersion", "addr", "url", "tag", "name"];
const ENVELOPES = {
  eventgrid: ["id", "topic", "subject", "eventType", "eventTime", "data", "dataVersion", "metadataVersion"],
  cloudevents: ["id", "source", "type", "time", "specversion"],
} as const;

/** What is wrong with a request that Event Grid makes of a webhook, by the published examples of its events. */
export function deliveryMistakes(headers: Headers, text: string): string[] {
  const kind = headers.get("aeg-event-type");
  if (kind !== "Notification") return [];
  const contentType = headers.get("content-type") ?? "";
  const isCloud = contentType.startsWith("application/cloudevents");
  const body: unknown = JSON.parse(text);
  const isBatch = Array.isArray(body);
  if (isCloud && isBatch !== contentType.startsWith("application/cloudevents-batch")) {
    return [`${contentType} does not say whether it is a batch`];
  }
  if (!isCloud && !isBatch) return ["Event Grid's own schema always comes as a list"];
  const counts = /^\d+$/.test(headers.get("aeg-delivery-count") ?? "") ? [] : ["aeg-delivery-count is missing"];
  return [...counts, ...[body].flat().flatMap((event) => eventMistakes(event as Json, isCloud))];
}

function eventMistakes(event: Json, isCloud: boolean): string[] {
  const schema = isCloud ? "cloudevents" : "eventgrid";
  const type = String(isCloud ? event.type : event.eventType);
  const missing = ENVELOPES[schema].filter((name) => event[name] === undefined);
  const mistakes = missing.map((name) => `${type}: ${name} is missing`);
  const [, provider, name] = /^Microsoft\.(ContainerService|ContainerRegistry)\.(\w+)$/.exec(type) ?? [];
  if (provider === undefined) return mistakes;
  const file = join(FOLDER, `${provider === "ContainerService" ? "aks" : "acr"}.${name}.${schema}.json`);
  if (!existsSync(file)) return [...mistakes, `${type}: there is no reference for this event`];
  const { body } = JSON.parse(readFileSync(file, "utf8")) as { body: Json | [Json] };
  const example = Array.isArray(body) ? body[0] : body;
  const difference = differenceFromExample(file, example, event);
  return [
    ...mistakes,
    ...(difference === undefined ? [] : [`${type}: ${difference}`]),
    ...memberMistakes(type, event, example),
    ...memberMistakes(`${type} data`, event.data as Json, example.data as Json),
  ];
}

function memberMistakes(where: string, own: Json, example: Json): string[] {
  const unknown = Object.keys(own).filter((name) => !(name in example) && !OPTIONAL.includes(name));
  const missing = Object.keys(example).filter((name) => !(name in own) && !OPTIONAL.includes(name));
  return [
    ...unknown.map((name) => `${where}: ${name} is no member of such an event`),
    ...missing.map((name) => `${where}: ${name} is missing`),
  ];
}
