import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import * as formats from "ajv-formats";
import { withoutNulls } from "./example-schema.ts";
import { pathsOf } from "./reference-members.ts";

type Json = Record<string, unknown>;

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: Json }> }>;
}

const FOLDER = join(import.meta.dirname, "reference");
const SPEC = JSON.parse(readFileSync(join(FOLDER, "dataprotection.openapi.json"), "utf8")) as {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Json> };
};

/** Routes that the specification at hand leaves out. */
const UNSPECIFIED = [/\/validateForBackup$/, /\/backupVaults\/[^/]+$/, /\/backupPolicies\/[^/]+$/];

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: true });
(formats.default as unknown as { default: (ajv: Ajv) => void }).default(ajv);
for (const name of ["int32", "int64", "arm-id", "uri-template"]) ajv.addFormat(name, true);
ajv.addSchema({ $id: "spec", components: { schemas: polymorphic(SPEC.components.schemas) } });

/**
 * Compares an answer of Microsoft.DataProtection with the published specification (and with an example, when one is named:
 * every member of its `properties` must be there). Throws an Error that says what does not agree.
 */
export function checkBackupAnswer(method: string, path: string, status: number, body: unknown, example?: string): void {
  const where = `${method} ${path} (${status})`;
  const operation = operationFor(method, path);
  if (!operation) {
    if (method !== "GET" && UNSPECIFIED.some((pattern) => pattern.test(path))) return;
    throw new Error(`${where}: the specification has no such operation`);
  }
  const response = operation.responses[String(status)] ?? operation.responses.default;
  if (status < 400 && !operation.responses[String(status)]) throw new Error(`${where}: no such status is specified`);
  const schema = response?.content?.["application/json"]?.schema;
  if (body !== undefined && schema) {
    const validate = ajv.compile(withReferences(anyOf(schema, SPEC.components.schemas)));
    if (!validate(withoutNulls(body))) throw new Error(`${where}: ${ajv.errorsText(validate.errors)}`);
  }
  if (example !== undefined) checkExample(where, body, example);
}

function operationFor(method: string, path: string): Operation | undefined {
  const found = Object.entries(SPEC.paths).find(([template]) => {
    const pattern = template.replace("/{resourceId}", "/.+").replaceAll(/\{\w+\}/g, "[^/]+");
    return new RegExp(`^${pattern}$`, "i").test(path);
  });
  return found?.[1][method.toLowerCase()];
}

function checkExample(where: string, body: unknown, name: string): void {
  const { responses } = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as {
    responses: Record<string, { body: unknown }>;
  };
  const isShallow = (path: string) => /^(?:properties\.(?:extendedInfo\.|dataSourceInfo\.)?)?[^.[]+$/.test(path);
  const [shown, ours] = [pathsOf(responses["200"]?.body), pathsOf(body)];
  const missing = [...shown].filter((path) => isShallow(path) && !ours.has(path));
  if (missing.length > 0) throw new Error(`${where}: members of ${name} are missing: ${missing.join(", ")}`);
}

/** What JSON Schema does not know of OpenAPI: a reference to a base type means whichever type its discriminator says. */
function polymorphic(schemas: Record<string, Json>): Record<string, unknown> {
  const all: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(schemas)) {
    const { discriminator, ...rest } = schema;
    all[name] = withReferences(anyOf(rest, schemas));
    const { propertyName = "", mapping = {} } = (discriminator ?? {}) as {
      propertyName?: string;
      mapping?: Record<string, string>;
    };
    if (!discriminator) continue;
    const cases = Object.entries(mapping).map(([value, target]) => ({
      if: { properties: { [propertyName]: { const: value } } },
      // biome-ignore lint/suspicious/noThenProperty: this is what JSON Schema calls it.
      then: { $ref: target.replace("#/", "spec#/") },
    }));
    all[`${name}Any`] = { allOf: [{ $ref: `spec#/components/schemas/${name}` }, ...cases] };
  }
  return all;
}

/** References to base types become references to any of theirs; a type's own `allOf` stays. */
function anyOf(value: unknown, schemas: Record<string, Json>, inside = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => anyOf(item, schemas, inside));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const target = name === "$ref" ? String(member).replace("#/components/schemas/", "") : "";
      const isBase = target !== "" && schemas[target]?.discriminator !== undefined && inside !== "allOf";
      return [name, isBase ? `${member}Any` : anyOf(member, schemas, Array.isArray(member) ? name : inside && name)];
    }),
  );
}

function withReferences(value: unknown): Json {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/components', '"spec#/components')) as Json;
}
