import { isObject } from "./list-keys.ts";

type Json = Readonly<Record<string, unknown>>;

/** Lists that a strategic merge patch merges by a key, by the name of their field (`patchMergeKey` in k8s.io/api). */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  conditions: "type",
  containers: "name",
  initContainers: "name",
  ephemeralContainers: "name",
  env: "name",
  volumes: "name",
  volumeMounts: "mountPath",
  volumeDevices: "devicePath",
  imagePullSecrets: "name",
  hostAliases: "ip",
  ownerReferences: "uid",
  addresses: "type",
  topologySpreadConstraints: "topologyKey",
  secrets: "name",
  webhooks: "name",
};

/** Lists of plain values that are merged as sets. */
const MERGED_SETS: ReadonlySet<string> = new Set(["finalizers"]);

const ORDER = "$setElementOrder/";
const DELETIONS = "$deleteFromPrimitiveList/";

/**
 * Applies a strategic merge patch, with its directives `$patch`, `$retainKeys`, `$setElementOrder` and
 * `$deleteFromPrimitiveList`. Lists without a merge key, taints and tolerations among them, are replaced whole.
 */
export function mergeStrategically(target: unknown, patch: unknown, field = ""): unknown {
  if (Array.isArray(patch)) return mergeLists(target, patch, field);
  if (!isObject(patch)) return patch;
  if (patch.$patch === "replace") return withoutDirectives(patch);
  if (patch.$patch === "delete") return undefined;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  const retained = Array.isArray(patch.$retainKeys) ? patch.$retainKeys : undefined;
  if (retained) for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETIONS) && Array.isArray(value)) dropValues(result, key.slice(DELETIONS.length), value);
  }
  for (const [key, value] of Object.entries(withoutDirectives(patch))) {
    const merged = value === null ? undefined : mergeStrategically(result[key], value, key);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(ORDER) && Array.isArray(value)) orderItems(result, key.slice(ORDER.length), value);
  }
  return result;
}

function withoutDirectives(patch: Json): Json {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")));
}

function dropValues(result: Record<string, unknown>, field: string, values: readonly unknown[]): void {
  const list = result[field];
  if (Array.isArray(list)) result[field] = list.filter((value) => !values.includes(value));
}

/** Items that the order names come in that order; others keep their place after them. */
function orderItems(result: Record<string, unknown>, field: string, order: readonly unknown[]): void {
  const list = result[field];
  if (!Array.isArray(list)) return;
  const key = mergeKeyOf(field, list);
  const idOf = (item: unknown) => (key !== undefined && isObject(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const rankOf = (item: unknown) => {
    const rank = wanted.indexOf(idOf(item));
    return rank < 0 ? wanted.length : rank;
  };
  result[field] = list.toSorted((left, right) => rankOf(left) - rankOf(right));
}

function mergeKeyOf(field: string, items: readonly unknown[]): string | undefined {
  if (field !== "ports") return Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined;
  return items.some((item) => isObject(item) && "containerPort" in item) ? "containerPort" : "port";
}

function mergeLists(target: unknown, patch: readonly unknown[], field: string): unknown {
  const current: readonly unknown[] = Array.isArray(target) ? target : [];
  if (MERGED_SETS.has(field)) return [...new Set([...current, ...patch])];
  const mergeKey = mergeKeyOf(field, [...patch, ...current]);
  if (mergeKey === undefined || !patch.every(isObject)) return patch;
  const result = patch.some((item) => item.$patch === "replace") ? [] : [...current];
  for (const item of patch) {
    if (item.$patch === "replace") continue;
    const index = result.findIndex((other) => isObject(other) && other[mergeKey] === item[mergeKey]);
    if (item.$patch === "delete") {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = mergeStrategically(result[index], item);
    else result.push(mergeStrategically({}, item));
  }
  return result;
}
