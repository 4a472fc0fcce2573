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
    collection.onChange(() => {
      this.#sorted = undefined;
    });
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
    const object = this.check({ ...draft, metadata: this.#newMetadata(draft) });
    if (this.find(object.metadata.namespace, object.metadata.name)) {
      throw alreadyExists(this.#label, object.metadata.name);
    }
    return this.#write("ADDED", undefined, object);
  }

  /**
   * Replaces an object. A `resourceVersion` other than the stored one is a 409 Status; an equal object is no write.
   * The generation goes up when the spec changes.
   */
  update(next: KubernetesObject): T {
    const { namespace, name } = next.metadata;
    const current = this.get(namespace, name);
    if (next.metadata.resourceVersion !== current.metadata.resourceVersion) throw staleVersion(this.#label, name);
    if (isDeepStrictEqual(next, current)) return current;
    const generation = current.metadata.generation;
    const bumped =
      generation !== undefined && !isDeepStrictEqual(next.spec, current.spec) ? generation + 1 : generation;
    const metadata = {
      ...next.metadata,
      uid: current.metadata.uid,
      creationTimestamp: current.metadata.creationTimestamp,
      ...(bumped === undefined ? {} : { generation: bumped }),
    };
    return this.#write("MODIFIED", current, this.check({ ...next, metadata }));
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

  #newMetadata(draft: ObjectDraft): Metadata {
    return {
      ...draft.metadata,
      uid: this.#host.newUid(),
      resourceVersion: "",
      creationTimestamp: this.#host.nowText(),
      ...("spec" in draft && draft.spec !== undefined ? { generation: 1 } : {}),
    };
  }

  #write(type: "ADDED" | "MODIFIED", before: T | undefined, next: T): T {
    const version = this.#host.nextVersion();
    const object = { ...next, metadata: { ...next.metadata, resourceVersion: String(version) } };
    this.#collection.put(keyOfObject(object), object);
    this.#host.changed({ type, resource: this.resource, before, object, version });
    return object;
  }
}

/** A schema's way to say whether a value is an object of this kind. */
type Parse<T> = (value: unknown) => { success: true; data: T } | { success: false; error: ParseProblem };

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
