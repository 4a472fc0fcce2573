import { isDeepStrictEqual } from "node:util";
import {
  describePath,
  type FieldPath,
  fieldsOf,
  fromWire,
  isKeyField,
  toWire,
  valueAt,
  withoutPath,
} from "./field-set.ts";
import { isObject, keyOfItem, type ListKinds } from "./list-keys.ts";
import type { KubernetesObject, ManagedFields } from "./objects.ts";
import { StatusError } from "./status-error.ts";

type Json = Readonly<Record<string, unknown>>;

/** Who writes, and how lists are merged in what is written. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly now: string;
  readonly kinds: ListKinds;
}

interface Owner {
  readonly entry: ManagedFields;
  readonly fields: Map<string, FieldPath>;
}

/**
 * Applies a configuration as server-side apply does: what it sets becomes the manager's, what it no longer sets and
 * nobody else does goes, and what another manager has set to another value is a conflict (409) unless forced.
 */
export function applyConfiguration(current: Json, applied: Json, writer: Writer, force: boolean): Json {
  const { kinds, manager } = writer;
  const wanted = fieldsOf(applied, kinds);
  const owners = ownersOf(current);
  const mine = owners.find(({ entry }) => entry.manager === manager && entry.operation === "Apply");
  const others = owners.filter((owner) => owner !== mine && owner.entry.subresource === undefined);
  const conflicts = others.flatMap((owner) =>
    [...wanted]
      .filter(
        ([key, path]) => owner.fields.has(key) && !isDeepStrictEqual(valueAt(current, path), valueAt(applied, path)),
      )
      .map(([key, path]) => ({ owner, key, path })),
  );
  if (conflicts.length > 0 && !force) throw fieldConflict(conflicts);
  for (const { owner, key } of conflicts) owner.fields.delete(key);
  let result: unknown = merge(current, withoutStatus(applied), [], kinds);
  const dropped = [...(mine?.fields ?? [])].filter(
    ([key]) => !wanted.has(key) && !others.some(({ fields }) => fields.has(key)),
  );
  // Items are known by their keys: those go last.
  const inOrder = dropped.toSorted(([, left], [, right]) => Number(isKeyField(left)) - Number(isKeyField(right)));
  for (const [, path] of inOrder) result = withoutPath(result, path);
  const entry = entryOf(writer, "Apply", wanted, mine?.entry);
  return withManagers(result, current, [...owners.filter((owner) => owner !== mine).map(rewritten), entry]);
}

/** Records an ordinary write: what it changed is the writer's now, and nobody else's. */
export function recordUpdate(before: Json | undefined, after: Json, writer: Writer): Json {
  const fields = fieldsOf(after, writer.kinds);
  const changed = new Map(
    [...fields].filter(([, path]) => !isDeepStrictEqual(valueAt(before, path), valueAt(after, path))),
  );
  const owners = ownersOf(before ?? {});
  for (const { entry, fields: owned } of owners) {
    if (entry.subresource !== undefined) continue;
    for (const key of [...owned.keys()]) if (changed.has(key) || !fields.has(key)) owned.delete(key);
  }
  if (changed.size === 0 && before !== undefined) {
    return withManagers(after, after, owners.map(rewritten));
  }
  const mine = owners.find(({ entry }) => entry.manager === writer.manager && entry.operation === "Update");
  for (const [key, path] of mine?.fields ?? []) changed.set(key, path);
  const entry = entryOf(writer, "Update", changed, mine?.entry);
  return withManagers(after, after, [...owners.filter((owner) => owner !== mine).map(rewritten), entry]);
}

function ownersOf(object: Json): Owner[] {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? (metadata.managedFields as readonly ManagedFields[]) : [];
  return entries.map((entry) => ({ entry, fields: fromWire(entry.fieldsV1) }));
}

function rewritten({ entry, fields }: Owner): ManagedFields {
  return { ...entry, fieldsV1: toWire(fields) };
}

function entryOf(
  { manager, apiVersion, now }: Writer,
  operation: "Apply" | "Update",
  fields: ReadonlyMap<string, FieldPath>,
  before: ManagedFields | undefined,
): ManagedFields {
  const fieldsV1 = toWire(fields);
  const time = before && isDeepStrictEqual(before.fieldsV1, fieldsV1) ? (before.time ?? now) : now;
  return { manager, operation, apiVersion, time, fieldsType: "FieldsV1", fieldsV1 };
}

/** Puts the owners to an object; one that owns nothing any more is dropped. */
function withManagers(value: unknown, identity: Json, entries: readonly ManagedFields[]): Json {
  const object = isObject(value) ? value : {};
  const kept = entries.filter(({ fieldsV1 }) => Object.keys(fieldsV1 ?? {}).length > 0);
  const { managedFields: _, ...metadata } = {
    ...(isObject(identity.metadata) ? serverPart(identity.metadata) : {}),
    ...(isObject(object.metadata) ? object.metadata : {}),
  };
  return { ...object, metadata: { ...metadata, ...(kept.length === 0 ? {} : { managedFields: kept }) } };
}

function serverPart(metadata: Json): Json {
  const { name, namespace, uid, resourceVersion, creationTimestamp, generation } = metadata as Partial<
    KubernetesObject["metadata"]
  >;
  const all = { name, namespace, uid, resourceVersion, creationTimestamp, generation };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function withoutStatus({ status: _, ...rest }: Json): Json {
  return rest;
}

function merge(current: unknown, applied: unknown, names: readonly string[], kinds: ListKinds): unknown {
  if (isObject(applied) && isObject(current)) {
    const result: Record<string, unknown> = { ...current };
    for (const [name, value] of Object.entries(applied)) {
      if (value === null) delete result[name];
      else result[name] = merge(current[name], value, [...names, name], kinds);
    }
    return result;
  }
  if (!Array.isArray(applied) || !Array.isArray(current)) return applied;
  const kind = kinds(names, applied);
  if (kind === "atomic") return applied;
  if (kind === "set") return [...new Set([...current, ...applied])];
  const keyOf = (item: unknown) => JSON.stringify(keyOfItem(item, kind.keys));
  const result = [...current];
  for (const item of applied) {
    const index = result.findIndex((other) => keyOf(other) === keyOf(item));
    if (index < 0) result.push(item);
    else result[index] = merge(result[index], item, names, kinds);
  }
  return result;
}

function fieldConflict(conflicts: ReadonlyArray<{ readonly owner: Owner; readonly path: FieldPath }>): StatusError {
  const causes = conflicts.map(({ owner: { entry }, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with "${entry.manager}"${entry.operation === "Update" ? ` using ${entry.apiVersion}` : ""}`,
    field: describePath(path),
  }));
  const one = causes.length === 1;
  const list = causes.map(({ message, field }) => `${message}: ${field}`).join("\n");
  const message = `Apply failed with ${causes.length} conflict${one ? "" : "s"}: ${one ? list : `conflicts:\n${list}`}`;
  return new StatusError(409, "Conflict", message, { causes });
}
