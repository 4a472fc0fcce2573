import type { Random } from "../../random.ts";
import type { ModelSettings } from "../../settings.ts";
import type { Collection } from "../../state/store.ts";
import type { World } from "../../world.ts";
import { CONTROLLERS } from "../controllers/all-controllers.ts";
import { ChangeLog } from "./change-log.ts";
import { type ObjectChange, ObjectTable } from "./object-table.ts";
import type { Pod } from "./objects.ts";
import { PodIndex } from "./pod-index.ts";
import { type ObjectOf, RESOURCE_SCHEMAS, RESOURCES, type ResourceName, resourceNamed } from "./resources.ts";

/** After this many reconciliations in one change, two controllers must be undoing each other's work. */
const MAX_RECONCILIATIONS = 200_000;

interface Work {
  readonly controller: (typeof CONTROLLERS)[number];
  readonly key: string;
}

/** One cluster's Kubernetes: its objects, the controllers that act on them, its log of changes. */
export class ClusterModel {
  readonly name: string;
  readonly world: World;
  readonly settings: ModelSettings;
  readonly random: Random;
  readonly log: ChangeLog;
  readonly pods: PodIndex;
  readonly #podListeners: Array<(before: Pod | undefined, after: Pod | undefined) => void> = [];
  readonly #tables = new Map<ResourceName, ObjectTable>();
  readonly #versions: Collection<number>;
  readonly #queue = new Map<string, Work>();
  #uncommitted: ObjectChange[] = [];
  #pastMs: number | undefined;

  constructor(world: World, name: string, settings: ModelSettings) {
    this.name = name;
    this.world = world;
    this.settings = settings;
    this.random = world.random(`kubernetes/${name}`);
    this.#versions = world.store.collection(`kubernetes/${name}/version`, Number);
    this.log = new ChangeLog(this.version);
    for (const resource of RESOURCES) this.#tables.set(resource.plural, this.#openTable(resource.plural));
    this.pods = new PodIndex((listener) => this.#podListeners.push(listener), this.table("pods").list());
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
      make();
      this.#settle();
    } finally {
      this.#pastMs = undefined;
    }
  }

  /** The model's present as Kubernetes writes it: whole seconds. */
  nowText(): string {
    return timeText(this.nowMs);
  }

  /** The objects of one kind. */
  table<R extends ResourceName>(plural: R): ObjectTable<R> {
    const table = this.#tables.get(plural);
    if (!table) throw new Error(`no table ${plural}`);
    // The map holds under each name the table made for that name (constructor); the type system cannot see that.
    return table as unknown as ObjectTable<R>;
  }

  /** Puts something on the agenda in the name of this cluster; names of objects go into `args`. */
  schedule(delaySeconds: number, kind: string, args: Record<string, string>): void {
    this.world.schedule(delaySeconds * 1_000, kind, { cluster: this.name, ...args });
  }

  /** Asks a controller to look at a key even though no object changed. */
  enqueue(controller: (typeof CONTROLLERS)[number], key: string): void {
    this.#queue.set(`${controller.name} ${key}`, { controller, key });
  }

  #openTable<R extends ResourceName>(plural: R): ObjectTable {
    const schema = RESOURCE_SCHEMAS[plural];
    const collection = this.world.store.collection<ObjectOf<ResourceName>>(
      `kubernetes/${this.name}/${plural}`,
      (value) => schema.parse(value),
    );
    if (plural === "pods") {
      collection.onChange((_key, before, after) => {
        // Only pods are ever put into the collection of pods.
        for (const listener of this.#podListeners) listener(before as Pod | undefined, after as Pod | undefined);
      });
    }
    return new ObjectTable(resourceNamed(plural), collection, (value) => schema.safeParse(value), {
      nextVersion: () => this.#nextVersion(),
      newUid: () => this.random.uuid(),
      nowText: () => this.nowText(),
      changed: (change) => this.#changed(change),
    });
  }

  #nextVersion(): number {
    const version = this.version + 1;
    this.#versions.put("version", version);
    return version;
  }

  #changed(change: ObjectChange): void {
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
    for (const controller of CONTROLLERS) {
      for (const key of controller.keysOf(change, this)) this.enqueue(controller, key);
    }
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
