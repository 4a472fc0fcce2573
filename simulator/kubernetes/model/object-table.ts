import { isDeepStrictEqual } from "node:util";
import type { Collection } from "../../state/store.ts";
import type { KubernetesObject, Metadata } from "./objects.ts";
import type { Resource } from "./resources.ts";
import { alreadyExists, invalid, notFound, staleVersion } from "./status-error.ts";

/** One change of one object, in the order of its resource version. */
export interface ObjectChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: Resource;
  readonly before: KubernetesObject | undefined;
  /** For DELETED: the last state, with the version of the deletion. */
  readonly object: KubernetesObject;
  readonly version: number;
}

/** What a table needs of its cluster. */
export interface TableHost {
  nextVersion(): number;
  newUid(): string;
  nowText(): string;
  changed(change: ObjectChange): void;
}

/** An object as a client or a controller hands it in: the server fills in the rest. */
export interface ObjectDraft {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: Partial<Metadata> & { readonly name: string };
  readonly spec?: unknown;
  readonly status?: unknown;
  readonly [field: string]: unknown;
}

/** All objects of one kind in one cluster, with the bookkeeping that an API server does for every write. */
export class ObjectTable<T extends KubernetesObject> {
  readonly resource: Resource;
  readonly #collection: Collection<T>;
  readonly #parse: Parse<T>;
  readonly #host: TableHost;
  #sorted: ReadonlyArray<T> | undefined;

  constructor(resource: Resource, collection: Collection<T>, parse: Parse<T>, host: TableHost) {
    this.resource = resource;
    this.#collection = collection;
    this.#parse = parse;
    this.#host = host;
    collection.onChange((key, before, after) => {
      this.#sorted = this.#sorted && withChange(this.#sorted, key, before, after);
    });
  }

  get size(): number {
    return this.#collection.size;
  }

  find(namespace: string | undefined, name: string): T | undefined {
    return this.#collection.get(keyOf(namespace, name));
  }

  /** Throws a 404 Status when there is none. */
  get(namespace: string | undefined, name: string): T {
    const found = this.find(namespace, name);
    if (!found) throw notFound(this.#label, name);
    return found;
  }

  /** All objects (of a namespace), by namespace and name. */
  list(namespace?: string): ReadonlyArray<T> {
    this.#sorted ??= this.#collection.values().sort((left, right) => (keyOfObject(left) < keyOfObject(right) ? -1 : 1));
    return namespace === undefined
      ? this.#sorted
      : this.#sorted.filter((object) => object.metadata.namespace === namespace);
  }

  /** Throws a 409 Status when the name is taken, a 422 when the object is not valid. */
  create(draft: ObjectDraft): T {
    const { metadata, ...content } = draft;
    return this.add(metadata, (full) => this.check({ ...content, metadata: full }), content.spec !== undefined);
  }

  /**
   * Adds an object that is known to be valid: `make` puts its metadata to its content, which may be shared with other
   * objects. Throws a 409 Status when the name is taken.
   */
  add(given: ObjectDraft["metadata"], make: (metadata: Metadata) => T, hasSpec = true): T {
    if (this.find(given.namespace, given.name)) throw alreadyExists(this.#label, given.name);
    const version = this.#host.nextVersion();
    const metadata: Metadata = {
      ...given,
      uid: this.#host.newUid(),
      resourceVersion: String(version),
      creationTimestamp: this.#host.nowText(),
    };
    if (hasSpec) metadata.generation = 1;
    return this.#keep("ADDED", undefined, make(metadata), version);
  }

  /**
   * Replaces an object. A `resourceVersion` other than the stored one is a 409 Status; an equal object is no write.
   * The generation goes up when the spec changes. An object that was only waiting for its finalizers goes away with the
   * last of them.
   */
  update(next: T): T {
    const { namespace, name } = next.metadata;
    const current = this.get(namespace, name);
    if (next.metadata.resourceVersion !== current.metadata.resourceVersion) throw staleVersion(this.#label, name);
    if (isDeepStrictEqual(next, current)) return current;
    if (isReleased(next)) {
      this.remove(current);
      return next;
    }
    const version = this.#host.nextVersion();
    const { generation } = current.metadata;
    const metadata: Metadata = {
      ...next.metadata,
      uid: current.metadata.uid,
      resourceVersion: String(version),
      creationTimestamp: current.metadata.creationTimestamp,
    };
    if (generation !== undefined) {
      metadata.generation = isDeepStrictEqual(next.spec, current.spec) ? generation : generation + 1;
    }
    return this.#keep("MODIFIED", current, { ...next, metadata }, version);
  }

  /** Takes an object away for good. */
  remove(object: KubernetesObject): void {
    const current = this.find(object.metadata.namespace, object.metadata.name);
    if (!current || current.metadata.uid !== object.metadata.uid) return;
    const version = this.#host.nextVersion();
    this.#collection.delete(keyOfObject(current));
    const last = { ...current, metadata: { ...current.metadata, resourceVersion: String(version) } };
    this.#host.changed({ type: "DELETED", resource: this.resource, before: current, object: last, version });
  }

  /**
   * Ends an object's life as the API server does: at once when nothing holds it, else it stays, marked, until its last
   * finalizer is taken off. Answers whether it is gone.
   */
  finish(object: KubernetesObject, moreFinalizers: readonly string[] = []): boolean {
    const current = this.find(object.metadata.namespace, object.metadata.name);
    if (!current || current.metadata.uid !== object.metadata.uid) return true;
    const finalizers = [...new Set([...(current.metadata.finalizers ?? []), ...moreFinalizers])];
    const metadata: Metadata = {
      ...current.metadata,
      deletionTimestamp: current.metadata.deletionTimestamp ?? this.#host.nowText(),
      deletionGracePeriodSeconds: 0,
    };
    if (finalizers.length > 0) metadata.finalizers = finalizers;
    this.update({ ...current, metadata });
    return this.find(object.metadata.namespace, object.metadata.name) === undefined;
  }

  /** The object as this kind, or a 422 Status that says which field is wrong. */
  check(value: unknown): T {
    const result = this.#parse(value);
    if (result.success) return result.data;
    const problems = result.error.issues.map(({ path, message }) => ({ field: path.map(String).join("."), message }));
    throw invalid(this.resource.kind, nameIn(value), problems);
  }

  get #label() {
    return { plural: this.resource.plural, group: this.resource.group };
  }

  #keep(type: "ADDED" | "MODIFIED", before: T | undefined, object: T, version: number): T {
    this.#collection.put(keyOfObject(object), object);
    this.#host.changed({ type, resource: this.resource, before, object, version });
    return object;
  }
}

/** A sorted list with one object put in, replaced or taken out. Those who hold the list keep what they hold. */
function withChange<T extends KubernetesObject>(
  sorted: readonly T[],
  key: string,
  before: T | undefined,
  after: T | undefined,
): readonly T[] {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = sorted[middle];
    if (other && keyOfObject(other) < key) low = middle + 1;
    else high = middle;
  }
  const items = after === undefined ? [] : [after];
  return sorted.toSpliced(low, before === undefined ? 0 : 1, ...items);
}

/** Whether deletion was asked for and nothing holds the object any more: no finalizer, no grace period. */
function isReleased({ metadata, kind, spec }: KubernetesObject): boolean {
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  if ((metadata.deletionGracePeriodSeconds ?? 0) > 0) return false;
  if (kind !== "Namespace") return true;
  const own: unknown = typeof spec === "object" && spec !== null && "finalizers" in spec ? spec.finalizers : undefined;
  return !Array.isArray(own) || own.length === 0;
}

/** A schema's way to say whether a value is an object of this kind. */
export type Parse<T> = (value: unknown) => { success: true; data: T } | { success: false; error: ParseProblem };

interface ParseProblem {
  readonly issues: ReadonlyArray<{ readonly path: readonly PropertyKey[]; readonly message: string }>;
}

function nameIn(value: unknown): string {
  const metadata = typeof value === "object" && value !== null ? Reflect.get(value, "metadata") : undefined;
  const name = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "name") : undefined;
  return typeof name === "string" ? name : "";
}

/** The key of an object in its table: `namespace/name`, or the name of a cluster-wide one. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function keyOfObject(object: KubernetesObject): string {
  return keyOf(object.metadata.namespace, object.metadata.name);
}
