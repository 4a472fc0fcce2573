import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as client from "@kubernetes/client-node";

/** A member as the official client's model of a kind describes it; the models are made from Kubernetes' OpenAPI. */
interface Member {
  readonly baseName: string;
  readonly type: string;
}

interface Model {
  readonly members: ReadonlyMap<string, Member>;
  readonly required: readonly string[];
}

const MODELS = join(dirname(createRequire(import.meta.url).resolve("@kubernetes/client-node")), "gen/models");

/** Kinds whose class is not called by version and kind. */
const NAMED: Readonly<Record<string, string>> = {
  "v1 Event": "CoreV1Event",
  "events.k8s.io/v1 Event": "EventsV1Event",
};

/** API groups whose kinds are Kubernetes' own; the others are those of custom resources. */
const OWN_GROUP = /^(?:[a-z]+|[a-z.]+\.k8s\.io)\/|^v1$/;
const NOT_OWN = /^(?:snapshot\.storage|gateway\.networking|metrics)\.k8s\.io\//;

const models = new Map<string, Model | undefined>();

/** The name of the model of a kind of Kubernetes' own; undefined for custom resources. */
export function modelNameOf(apiVersion: string, kind: string): string | undefined {
  if (!OWN_GROUP.test(apiVersion) || NOT_OWN.test(apiVersion)) return undefined;
  const version = apiVersion.split("/").at(-1) ?? "";
  return NAMED[`${apiVersion} ${kind}`] ?? `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`;
}

/**
 * What in a value is not as a model has it: members that Kubernetes does not have or that must be there, and types.
 * Null stands for a member that is not there, as in what real servers send.
 */
export function differencesFromModel(name: string, value: unknown, path = ""): string[] {
  const model = modelOf(name);
  if (!model) return [`${path || "it"}: the client has no model ${name}`];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`${path}: is no ${name}`];
  const members = Object.entries(value);
  const missing = model.required.filter((member) => !members.some(([key, own]) => key === member && own !== null));
  return [
    ...missing.map((member) => `${path}.${member}: is missing (${name})`),
    ...members.flatMap(([key, own]) => {
      const member = model.members.get(key);
      if (!member) return [`${path}.${key}: ${name} has no such member`];
      return own === null || own === undefined ? [] : differencesFromType(member.type, own, `${path}.${key}`);
    }),
  ];
}

function differencesFromType(type: string, value: unknown, path: string): string[] {
  const [, element] = /^Array<(.+)>$/.exec(type) ?? [];
  if (element !== undefined) {
    if (!Array.isArray(value)) return [`${path}: is no list`];
    return value.flatMap((item, index) => differencesFromType(element, item, `${path}[${index}]`));
  }
  const [, entry] = /^\{ \[key: string\]: (.+); \}$/.exec(type) ?? [];
  if (entry !== undefined) {
    if (typeof value !== "object" || Array.isArray(value)) return [`${path}: is no map`];
    return Object.entries(value ?? {}).flatMap(([key, own]) => differencesFromType(entry, own, `${path}[${key}]`));
  }
  switch (type) {
    case "any":
      return [];
    case "string":
    case "number":
    case "boolean":
      return typeof value === type ? [] : [`${path}: is a ${typeof value}, not a ${type}`];
    case "Date":
      return isInstant(value, 0) ? [] : [`${path}: ${JSON.stringify(value)} is no instant in whole seconds`];
    case "V1MicroTime":
      return isInstant(value, 6) ? [] : [`${path}: ${JSON.stringify(value)} is no instant in microseconds`];
    case "IntOrString":
      return typeof value === "string" || Number.isInteger(value) ? [] : [`${path}: is neither number nor text`];
    default:
      return differencesFromModel(type, value, path);
  }
}

function isInstant(value: unknown, digits: number): boolean {
  const fraction = digits === 0 ? "" : `\\.\\d{${digits}}`;
  return typeof value === "string" && new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d${fraction}Z$`).test(value);
}

function modelOf(name: string): Model | undefined {
  if (!models.has(name)) models.set(name, readModel(name));
  return models.get(name);
}

function readModel(name: string): Model | undefined {
  const found: unknown = Reflect.get(client, name);
  if (typeof found !== "function" || !("getAttributeTypeMap" in found)) return undefined;
  const members = (found.getAttributeTypeMap as () => Member[])();
  // Only the declarations say what is required.
  const declarations = readFileSync(join(MODELS, `${name}.d.ts`), "utf8");
  const required = [...declarations.matchAll(/^ {4}'([^']+)': /gm)].map(([, member = ""]) => member);
  const named = members.map(({ baseName, type }) => [baseName, { baseName, type }] as const);
  return {
    members: new Map(named),
    required: required.map((member) => named.find(([, { baseName }]) => baseName === member)?.[0] ?? member),
  };
}
