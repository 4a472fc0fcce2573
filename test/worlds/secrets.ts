import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { WEBHOOK_SECRET } from "../../simulator/teams/webhook.ts";
import type { World } from "./world.ts";

/** A secret that stands where it must not. */
export interface Leak {
  readonly secret: string;
  readonly place: string;
}

/** Any access token: two parts of base64url that begin as a JSON object does, and a signature. */
const TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;

/**
 * Looks for every secret of a world in what the app has written: its histories and entities, its log, and the places given.
 * Ends the host, whose state it reads.
 */
export function leakedSecrets(world: World, places: Readonly<Record<string, string>>): Leak[] {
  world.endHost();
  const texts = {
    ...places,
    "the host's log": world.logged.join("\n"),
    "the durable store": storedText(join(world.stateDirectory, "durable.db")),
  };
  const secrets = secretsOf(world);
  return Object.entries(texts).flatMap(([place, text]) => [
    ...secrets.filter(([, value]) => text.includes(value)).map(([secret]) => ({ secret, place })),
    ...(TOKEN.test(text) ? [{ secret: "an access token", place }] : []),
  ]);
}

function secretsOf({ simulator, design, stateDirectory }: World): Array<readonly [name: string, value: string]> {
  const { azure } = simulator;
  const keys = join(stateDirectory, "keys.json");
  return [
    ["the key of the Teams webhook", azure.secrets.get(WEBHOOK_SECRET)],
    ["the identity header", simulator.identityHeader],
    ...design.clusters.map(({ name }) => [`the token for ${name}`, azure.secrets.get(`kubernetes/${name}`)] as const),
    ...(existsSync(keys) ? valuesIn(JSON.parse(readFileSync(keys, "utf8"))) : []).map(
      (key) => ["a key of the host", key] as const,
    ),
  ];
}

function valuesIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(valuesIn) : [];
}

/** Everything that a database holds, as text. */
function storedText(file: string): string {
  const database = new DatabaseSync(file);
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    return tables
      .flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all())
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString("utf8") : String(value)))
      .join("\n");
  } finally {
    database.close();
  }
}
