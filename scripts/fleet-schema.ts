/**
 * Writes fleet.schema.json, the JSON Schema of fleet.yaml that editors read: what may be written is taken from the zod schema
 * that the app reads the file by, what it means from the table of docs/fleet-yaml.md. Run it with `npm run schema`; a test
 * compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { fleetConfigSchema } from "../domain/fleet-config.ts";

const root = join(fileURLToPath(import.meta.url), "../..");

/** A JSON Schema, as far as it is walked here. */
export interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
}

/**
 * The JSON Schema (draft 2020-12) of fleet.yaml as people write it: what has a default may be left out. What only the whole
 * file shows (a ring that is not there, a name that stands twice) is not in it; `drydock validate` knows.
 *
 * @param document docs/fleet-yaml.md
 */
export function fleetSchema(document: string): JsonSchema {
  const schema = z.toJSONSchema(fleetConfigSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return { title: "fleet.yaml of Drydock", ...described(schema, "", meaningsIn(document)) } as JsonSchema;
}

/** What the last column of the document's table says of each member, by its path. */
function meaningsIn(document: string): Map<string, string> {
  const rows = document.matchAll(/^\| `([^`]+)` *\|[^|]*\|([^|]*)\|/gm);
  return new Map([...rows].map(([, path = "", meaning = ""]) => [path, plain(meaning)]));
}

/** Editors show no links of the repository. */
function plain(text: string): string {
  return text.trim().replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
}

function described(schema: JsonSchema, path: string, meanings: ReadonlyMap<string, string>): JsonSchema {
  const description = meanings.get(schema.items || hasItems(schema) ? `${path}[]` : path);
  const { properties, items, anyOf } = schema;
  return {
    ...(description !== undefined && { description }),
    ...schema,
    ...(items && { items: withMembers(items, `${path}[]`, meanings) }),
    ...(properties && { properties: memberSchemas(properties, path, meanings) }),
    ...(anyOf && { anyOf: anyOf.map((variant) => withMembers(variant, path, meanings)) }),
  };
}

function hasItems({ anyOf = [] }: JsonSchema): boolean {
  return anyOf.some(({ items }) => items !== undefined);
}

/** A schema whose own description stands above it already. */
function withMembers(schema: JsonSchema, path: string, meanings: ReadonlyMap<string, string>): JsonSchema {
  const { description: _, ...rest } = described(schema, path, meanings);
  return rest;
}

function memberSchemas(
  properties: Readonly<Record<string, JsonSchema>>,
  path: string,
  meanings: ReadonlyMap<string, string>,
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [
      name,
      described(member, path === "" ? name : `${path}.${name}`, meanings),
    ]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const schema = fleetSchema(readFileSync(join(root, "docs/fleet-yaml.md"), "utf8"));
  writeFileSync(join(root, "fleet.schema.json"), `${JSON.stringify(schema, null, 2)}\n`);
}
