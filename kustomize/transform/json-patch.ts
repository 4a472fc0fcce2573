import { RenderProblem } from "../kustomize-error.ts";
import { isJsonObject, type JsonValue } from "../yaml/json-value.ts";

/** One operation of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from: string | undefined;
  readonly value: JsonValue;
}

/** Reads a JSON patch. Throws a RenderProblem for what is none. */
export function readJsonPatch(value: JsonValue): JsonPatchOperation[] {
  if (!Array.isArray(value)) throw new RenderProblem("a JSON patch must be a list of operations");
  return value.map((operation, index) => {
    if (!isJsonObject(operation)) throw new RenderProblem(`operation ${index} of the JSON patch is no mapping`);
    const { op, path, from, value: data = null } = operation;
    if (typeof op !== "string" || typeof path !== "string") {
      throw new RenderProblem(`operation ${index} of the JSON patch must have op and path as text`);
    }
    return { op, path, from: typeof from === "string" ? from : undefined, value: data };
  });
}

/** Applies a JSON patch to a document, in place. Throws a RenderProblem for an operation that does not apply. */
export function applyJsonPatch(document: JsonValue, patch: readonly JsonPatchOperation[]): void {
  for (const operation of patch) apply(document, operation);
}

function apply(document: JsonValue, { op, path, from, value }: JsonPatchOperation): void {
  const place = placeOf(document, path, op);
  switch (op) {
    case "add":
      place.add(value);
      return;
    case "remove":
      place.remove();
      return;
    case "replace":
      place.get();
      place.replace(value);
      return;
    case "move":
    case "copy": {
      const source = placeOf(document, from ?? "", op);
      const moved = structuredClone(source.get());
      if (op === "move") source.remove();
      placeOf(document, path, op).add(moved);
      return;
    }
    case "test":
      if (!isSame(place.find() ?? null, value)) throw new RenderProblem(`JSON patch: test of ${path} failed`);
      return;
    default:
      throw new RenderProblem(`JSON patch: unknown operation ${op}`);
  }
}

interface Place {
  find(): JsonValue | undefined;
  get(): JsonValue;
  add(value: JsonValue): void;
  replace(value: JsonValue): void;
  remove(): void;
}

function placeOf(document: JsonValue, path: string, op: string): Place {
  const parts = path.split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const missing = (what: string) => new RenderProblem(`JSON patch: ${op} of ${path}: ${what}`);
  if (parts.length < 2) throw missing("is no path within the object");
  let holder: JsonValue = document;
  for (const part of parts.slice(1, -1)) {
    const next: JsonValue | undefined = childOf(holder, part);
    if (next === undefined || next === null) throw missing(`there is no ${part} on the way`);
    holder = next;
  }
  const key = parts.at(-1) ?? "";
  if (Array.isArray(holder)) return inList(holder, key, missing);
  if (isJsonObject(holder)) return inMapping(holder, key, missing);
  throw missing("what is there is neither a mapping nor a list");
}

function childOf(holder: JsonValue, key: string): JsonValue | undefined {
  if (Array.isArray(holder)) {
    const index = Number(key);
    return /^-?\d+$/.test(key) ? holder.at(index) : undefined;
  }
  return isJsonObject(holder) && Object.hasOwn(holder, key) ? holder[key] : undefined;
}

type Missing = (what: string) => RenderProblem;

function inMapping(holder: { [field: string]: JsonValue }, key: string, missing: Missing): Place {
  const find = () => (Object.hasOwn(holder, key) ? holder[key] : undefined);
  const get = () => {
    const value = find();
    if (value === undefined) throw missing(`there is no ${key}`);
    return value;
  };
  const put = (value: JsonValue) => {
    Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
  };
  return {
    find,
    get,
    add: put,
    replace: put,
    remove() {
      get();
      delete holder[key];
    },
  };
}

function inList(holder: JsonValue[], key: string, missing: Missing): Place {
  const indexIn = (length: number) => {
    const index = /^-?\d+$/.test(key) ? Number(key) : Number.NaN;
    const real = index < 0 ? index + length : index;
    if (Number.isNaN(real) || real < 0 || real >= length)
      throw missing(`${key} is no index of a list of ${holder.length}`);
    return real;
  };
  return {
    find: () => (/^-?\d+$/.test(key) ? holder.at(Number(key)) : undefined),
    get: () => holder[indexIn(holder.length)] ?? null,
    add: (value) => void holder.splice(key === "-" ? holder.length : indexIn(holder.length + 1), 0, value),
    replace: (value) => {
      holder[indexIn(holder.length)] = value;
    },
    remove: () => void holder.splice(indexIn(holder.length), 1),
  };
}

function isSame(one: JsonValue, other: JsonValue): boolean {
  if (Array.isArray(one)) {
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSame(item, other[index] ?? null))
    );
  }
  if (isJsonObject(one)) {
    if (!isJsonObject(other)) return false;
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key] ?? null, other[key] ?? null))
    );
  }
  return one === other;
}
