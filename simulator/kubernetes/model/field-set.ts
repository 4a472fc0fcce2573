import { isObject, keyOfItem, type ListKinds } from "./list-keys.ts";

type Json = Readonly<Record<string, unknown>>;

/** Fields of an object as `fieldsV1` names them: each a path of steps (`f:spec`, `k:{"name":"web"}`, `v:"x"`). */
export type FieldSet = ReadonlyMap<string, FieldPath>;
export type FieldPath = readonly string[];

/** What belongs to the server and to nobody else. */
const SERVER_FIELDS: ReadonlySet<string> = new Set([
  "name",
  "generateName",
  "namespace",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
]);

/** The fields that an object sets, without those of the server, and without its status unless asked for. */
export function fieldsOf(object: Json, kinds: ListKinds, part: "main" | "status" = "main"): Map<string, FieldPath> {
  const fields = new Map<string, FieldPath>();
  for (const [name, value] of Object.entries(object)) {
    if (name === "apiVersion" || name === "kind" || (name === "status") !== (part === "status")) continue;
    if (name !== "metadata") {
      collect(value, [`f:${name}`], [name], kinds, fields);
      continue;
    }
    for (const [key, entry] of Object.entries(isObject(value) ? value : {})) {
      if (!SERVER_FIELDS.has(key)) collect(entry, ["f:metadata", `f:${key}`], ["metadata", key], kinds, fields);
    }
  }
  return fields;
}

function collect(
  value: unknown,
  steps: FieldPath,
  names: readonly string[],
  kinds: ListKinds,
  fields: Map<string, FieldPath>,
): void {
  const add = (path: FieldPath) => fields.set(path.join("\n"), path);
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [name, entry] of Object.entries(value)) {
      collect(entry, [...steps, `f:${name}`], [...names, name], kinds, fields);
    }
    return;
  }
  const kind = Array.isArray(value) ? kinds(names, value) : "atomic";
  if (!Array.isArray(value) || kind === "atomic") {
    add(steps);
    return;
  }
  for (const item of value) {
    if (kind === "set") add([...steps, `v:${JSON.stringify(item)}`]);
    else collect(item, [...steps, `k:${JSON.stringify(keyOfItem(item, kind.keys))}`], names, kinds, fields);
  }
}

/** The value at a path; undefined when there is nothing. */
export function valueAt(root: unknown, path: FieldPath): unknown {
  let value = root;
  for (const step of path) value = stepInto(value, step);
  return value;
}

function stepInto(value: unknown, step: string): unknown {
  const detail = step.slice(2);
  if (step.startsWith("f:")) return isObject(value) && Object.hasOwn(value, detail) ? value[detail] : undefined;
  if (!Array.isArray(value)) return undefined;
  const index = indexOf(value, step);
  return index < 0 ? undefined : value[index];
}

function indexOf(list: readonly unknown[], step: string): number {
  const detail: unknown = JSON.parse(step.slice(2));
  if (step.startsWith("v:")) return list.indexOf(detail);
  const keys = isObject(detail) ? Object.keys(detail) : [];
  return list.findIndex((item) => JSON.stringify(keyOfItem(item, keys)) === step.slice(2));
}

/** The value without what is at a path; holders that this empties go too. */
export function withoutPath(value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  if (step.startsWith("f:") && isObject(value)) {
    const name = step.slice(2);
    if (!Object.hasOwn(value, name)) return value;
    const { [name]: inner, ...others } = value;
    const left = withoutPath(inner, rest);
    if (left !== undefined) return { ...value, [name]: left };
    return Object.keys(others).length === 0 ? undefined : others;
  }
  if (!Array.isArray(value)) return value;
  const index = indexOf(value, step);
  if (index < 0) return value;
  const left = rest.length === 1 && isKeyField(path) ? withoutKey(value[index], step) : withoutPath(value[index], rest);
  const items = left === undefined ? value.toSpliced(index, 1) : value.with(index, left);
  return items.length === 0 ? undefined : items;
}

/** Whether a path ends in one of the fields by which an item of a list is known. */
export function isKeyField(path: FieldPath): boolean {
  const [item = "", field = ""] = path.slice(-2);
  return item.startsWith("k:") && keyNames(item).includes(field.slice(2));
}

/** An item goes with its key when it has nothing else; else it keeps the key. */
function withoutKey(item: unknown, step: string): unknown {
  const names = keyNames(step);
  return isObject(item) && Object.keys(item).every((name) => names.includes(name)) ? undefined : item;
}

function keyNames(step: string): string[] {
  const keys: unknown = JSON.parse(step.slice(2));
  return isObject(keys) ? Object.keys(keys) : [];
}

/** The nested form that `fieldsV1` has on the wire. */
export function toWire(fields: FieldSet): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const path of fields.values()) {
    let level = root;
    for (const step of path) {
      const known = level[step];
      const next: Record<string, unknown> = isObject(known) ? { ...known } : {};
      level[step] = next;
      level = next;
    }
  }
  return root;
}

/** Reads `fieldsV1`; `.` entries, which say that an item itself is owned, add nothing here. */
export function fromWire(wire: Json | undefined, steps: FieldPath = []): Map<string, FieldPath> {
  const fields = new Map<string, FieldPath>();
  for (const [step, inner] of Object.entries(wire ?? {})) {
    if (step === ".") continue;
    const path = [...steps, step];
    const below = isObject(inner) ? fromWire(inner, path) : new Map<string, FieldPath>();
    if (below.size === 0) fields.set(path.join("\n"), path);
    for (const [key, entry] of below) fields.set(key, entry);
  }
  return fields;
}

/** A path as messages name it: `.spec.template.spec.containers[name="web"].image`. */
export function describePath(path: FieldPath): string {
  return path
    .map((step) => {
      const detail = step.slice(2);
      if (step.startsWith("f:")) return `.${detail}`;
      if (step.startsWith("v:")) return `[=${detail}]`;
      const keys: unknown = JSON.parse(detail);
      const parts = Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
      return `[${parts.join(",")}]`;
    })
    .join("");
}
