import type { ZodType } from "zod";
import type { Random } from "../../random.ts";
import type { ModelSettings } from "../../settings.ts";
import type { Collection } from "../../state/store.ts";
import type { World } from "../../world.ts";
import { CONTROLLERS } from "../controllers/all-controllers.ts";
import type { Controller } from "../controllers/controller.ts";
import { ChangeLog } from "./change-log.ts";
import { createClusterDefaults } from "./cluster-defaults.ts";
import { customObjectParser } from "./custom-object.ts";
import { resourcesOf } from "./custom-resources.ts";
import { EVERY_IMAGE, type ImageCatalog } from "./image-catalog.ts";
import { randomUid } from "./names.ts";
import { type ObjectChange, ObjectTable, type Parse } from "./object-table.ts";
import { type KubernetesObject, plainObjectSchema } from "./objects.ts";
import { PodIndex } from "./pod-index.ts";
import {
  apiVersionOf,
  isBuiltIn,
  type ObjectOf,
  RESOURCE_SCHEMAS,
  RESOURCES,
  type Resource,
  type ResourceName,
  resourceNamed,
  resourceOfKind,
  tableNameOf,
} from "./resources.ts";

/** After this many reconciliations in one change, two controllers must be undoing each other's work. */
const MAX_RECONCILIATIONS = 200_000;

type AnyTable = ObjectTable<KubernetesObject>;

/** A kind's schema, as far as a table needs it. */
type Schema<T> = Pick<ZodType<T>, "parse" | "safeParse">;

interface Work {
  readonly controller: Controller;
  readonly key: string;
}

/** What a cluster needs of its surroundings; what is left out is as a plain cluster has it. */
export interface ClusterEnvironment {
  /** Which images can be pulled; default: all of them. */
  readonly images?: ImageCatalog;
  /** Controllers beside those of Kubernetes itself. */
  readonly controllers?: readonly Controller[];
}

/** One cluster's Kubernetes: its objects, the controllers that act on them, its log of changes. */
export class ClusterModel {
  readonly name: string;
  readonly world: World;
  readonly settings: ModelSettings;
  readonly random: Random;
  readonly log: ChangeLog;
  readonly pods: PodIndex;
  readonly images: ImageCatalog;
  readonly #controllers: readonly Controller[];
  readonly #tables = new Map<string, AnyTable>();
  readonly #versions: Collection<number>;
  readonly #queue = new Map<string, Work>();
  #resources: readonly Resource[] | undefined;
  #uncommitted: ObjectChange[] = [];
  #pastMs: number | undefined;
  #lastText: readonly [ms: number, text: string] = [Number.NaN, ""];

  constructor(world: World, name: string, settings: ModelSettings, environment: ClusterEnvironment = {}) {
    this.name = name;
    this.world = world;
    this.settings = settings;
    this.images = environment.images ?? EVERY_IMAGE;
    this.#controllers = [...CONTROLLERS, ...(environment.controllers ?? [])];
    this.random = world.random(`kubernetes/${name}`);
    this.#versions = world.store.collection(`kubernetes/${name}/version`, Number);
    this.log = new ChangeLog(this.version);
    this.pods = new PodIndex();
    this.table("pods");
    world.settleWith(() => this.#settle());
  }

  /** The newest resource version. */
  get version(): number {
    return this.#versions.get("version") ?? 1_000;
  }

  get nowMs(): number {
    return this.#pastMs ?? this.world.nowMs;
  }

  /** Whether containers start and jobs finish at once: the cluster is being made as it stood before we came. */
  get instant(): boolean {
    return this.#pastMs !== undefined;
  }

  /** Makes what is in the cluster when it is first looked at, as if it had been made at `pastMs` and had come to rest. */
  populate(pastMs: number, make: () => void): void {
    this.#pastMs = pastMs;
    try {
      createClusterDefaults(this);
      make();
      this.#settle();
      // Nobody has watched yet: the log begins with what comes next.
      this.log.restart(this.version);
    } finally {
      this.#pastMs = undefined;
    }
  }

  /** The model's present as Kubernetes writes it: whole seconds. */
  nowText(): string {
    if (this.#lastText[0] !== this.nowMs) this.#lastText = [this.nowMs, timeText(this.nowMs)];
    return this.#lastText[1];
  }

  /** The objects of one built-in kind. */
  table<R extends ResourceName>(plural: R): ObjectTable<ObjectOf<R>> {
    const table = this.#tables.get(plural) ?? this.#openTable(resourceNamed(plural));
    // A table is opened with the schema of its own name.
    return table as unknown as ObjectTable<ObjectOf<R>>;
  }

  /** The objects of any kind that is served. */
  tableOf(resource: Resource): AnyTable {
    return this.#tables.get(tableNameOf(resource)) ?? this.#openTable(resource);
  }

  /** Every kind that is served now: those of Kubernetes, then those that definitions brought. */
  resources(): readonly Resource[] {
    this.#resources ??= [...RESOURCES, ...this.table("customresourcedefinitions").list().flatMap(resourcesOf)];
    return this.#resources;
  }

  /** The resource of objects of this apiVersion and kind, if one serves them. */
  resourceOfKind(apiVersion: string, kind: string): Resource | undefined {
    const builtIn = resourceOfKind(apiVersion, kind);
    return builtIn ?? this.resources().find((entry) => entry.kind === kind && apiVersionOf(entry) === apiVersion);
  }

  /** Puts something on the agenda in the name of this cluster; names of objects go into `args`. */
  schedule(delaySeconds: number, kind: string, args: Record<string, string>): void {
    this.world.schedule(delaySeconds * 1_000, kind, { cluster: this.name, ...args });
  }

  /** Asks a controller to look at a key even though no object changed. */
  enqueue(controller: Controller, key: string): void {
    this.#queue.set(`${controller.name} ${key}`, { controller, key });
  }

  /** Asks a controller, by its name, to look at a key when some time has passed. */
  enqueueLater(delaySeconds: number, controller: string, key: string): void {
    this.schedule(delaySeconds, "controller.wake", { controller, key });
  }

  /** Wakes a controller whose time has come. One that is no longer there has nothing to do. */
  wake(controllerName: string, key: string): void {
    const controller = this.#controllers.find(({ name }) => name === controllerName);
    if (controller) this.enqueue(controller, key);
  }

  #openTable(resource: Resource): AnyTable {
    const table: AnyTable =
      resource.plural === "pods" && !resource.isCustom
        ? this.#openPods(resource)
        : isBuiltIn(resource)
          ? this.#tableOf(resource, RESOURCE_SCHEMAS[resource.plural] as Schema<KubernetesObject>)
          : this.#tableOf(resource, plainObjectSchema, customObjectParser(this, resource));
    this.#tables.set(tableNameOf(resource), table);
    return table;
  }

  #tableOf<T extends KubernetesObject>(resource: Resource, schema: Schema<T>, parse: Parse<T> = schema.safeParse) {
    const name = tableNameOf(resource);
    const collection = this.#collection(name, schema);
    if (name === "customresourcedefinitions") {
      collection.onChange(() => {
        this.#resources = undefined;
      });
    }
    return this.#newTable(resource, collection, parse);
  }

  #collection<T>(name: string, schema: Schema<T>): Collection<T> {
    return this.world.store.collection(`kubernetes/${this.name}/${name}`, (value) => schema.parse(value));
  }

  #newTable<T extends KubernetesObject>(resource: Resource, collection: Collection<T>, parse: Parse<T>) {
    return new ObjectTable<T>(resource, collection, parse, {
      nextVersion: () => this.#nextVersion(),
      newUid: () => randomUid(this.random),
      nowText: () => this.nowText(),
      changed: (change) => this.#changed(change),
    });
  }

  #openPods(resource: Resource): AnyTable {
    const schema = RESOURCE_SCHEMAS.pods;
    const collection = this.#collection("pods", schema);
    for (const pod of collection.values()) this.pods.change(undefined, pod);
    collection.onChange((_key, before, after) => this.pods.change(before, after));
    return this.#newTable(resource, collection, schema.safeParse);
  }

  #nextVersion(): number {
    const version = this.version + 1;
    this.#versions.put("version", version);
    return version;
  }

  #changed(change: ObjectChange): void {
    if (!this.instant) this.#keepForLog(change);
    // Nothing acts on an event, and there are many.
    if (change.resource.plural === "events") return;
    for (const controller of this.#controllers) {
      for (const key of controller.keysOf(change, this)) this.enqueue(controller, key);
    }
  }

  #keepForLog(change: ObjectChange): void {
    if (this.#uncommitted.length === 0) {
      this.world.store.afterTransaction(
        () => {
          const changes = this.#uncommitted;
          this.#uncommitted = [];
          this.log.append(changes);
        },
        () => {
          this.#uncommitted = [];
          this.#queue.clear();
        },
      );
    }
    this.#uncommitted.push(change);
  }

  #settle(): void {
    for (let count = 0; this.#queue.size > 0; count += 1) {
      const [first] = this.#queue;
      if (!first) return;
      const [id, { controller, key }] = first;
      if (count > MAX_RECONCILIATIONS) throw new Error(`cluster ${this.name} does not settle; last: ${id}`);
      this.#queue.delete(id);
      controller.reconcile(this, key);
    }
  }
}

/** An instant as Kubernetes writes it. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
