import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { WEBHOOK_SECRET } from "../../simulator/teams/webhook.ts";
import type { World } from "./world.ts";

/** A secret that stands where it must not. */
export interface Leak {
  readonly secret: string;
  readonly place: string;
}

/** Any access token: two parts of base64url that begin as a JSON object does, and a signature. */
const TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/;

/** Looks for every secret of a world in texts, by where they stand. */
export function leakedSecrets(world: World, places: Readonly<Record<string, string>>): Leak[] {
  const secrets = secretsOf(world);
  return Object.entries(places).flatMap(([place, text]) => [
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
