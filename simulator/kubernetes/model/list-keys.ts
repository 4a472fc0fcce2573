import { versionOf } from "./custom-resources.ts";
import type { CustomResourceDefinition } from "./definition-object.ts";

type Json = Readonly<Record<string, unknown>>;

/** How a list is merged: item by item with these keys, as a set of values, or not at all. */
export type ListKind = { readonly keys: readonly string[] } | "set" | "atomic";

/** Tells how the list at a path of field names is merged; items of lists on the way have no name in the path. */
export type ListKinds = (path: readonly string[], items: readonly unknown[]) => ListKind;

/** The lists of built-in kinds that server-side apply merges by keys (`+listType=map` in k8s.io/api), by field name. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  volumes: ["name"],
  env: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  imagePullSecrets: ["name"],
  hostAliases: ["ip"],
  conditions: ["type"],
  ownerReferences: ["uid"],
  addresses: ["type"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  webhooks: ["name"],
  secrets: ["name"],
};

/** How lists of built-in kinds are merged. */
export const builtInListKinds: ListKinds = (path, items) => {
  const field = path.at(-1) ?? "";
  if (field === "finalizers" && path[0] === "metadata") return "set";
  if (field === "ports") {
    const port = items.some((item) => isObject(item) && "containerPort" in item) ? "containerPort" : "port";
    return { keys: [port, "protocol"] };
  }
  const keys = Object.hasOwn(KEYS, field) ? KEYS[field] : undefined;
  return keys && items.every(isObject) ? { keys } : "atomic";
};

/** How lists of a custom resource are merged: as its schema says; metadata is like everybody's. */
export function customListKinds(definition: CustomResourceDefinition, version: string): ListKinds {
  const root = versionOf(definition, version)?.schema?.openAPIV3Schema;
  return (path, items) => {
    if (path[0] === "metadata") return builtInListKinds(path, items);
    const schema = path.reduce<unknown>(stepInto, root);
    if (!isObject(schema)) return "atomic";
    if (schema["x-kubernetes-list-type"] === "set") return "set";
    const keys = schema["x-kubernetes-list-map-keys"];
    return schema["x-kubernetes-list-type"] === "map" && Array.isArray(keys) ? { keys: keys.map(String) } : "atomic";
  };
}

function stepInto(schema: unknown, field: string): unknown {
  if (!isObject(schema)) return undefined;
  const own = isObject(schema.items) ? schema.items : schema;
  if (isObject(own.properties) && Object.hasOwn(own.properties, field)) return own.properties[field];
  return own.additionalProperties;
}

/** The values of an item's keys; a port without protocol is one of TCP. */
export function keyOfItem(item: unknown, keys: readonly string[]): Json {
  const holder = isObject(item) ? item : {};
  return Object.fromEntries(keys.map((key) => [key, holder[key] ?? (key === "protocol" ? "TCP" : undefined)]));
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
