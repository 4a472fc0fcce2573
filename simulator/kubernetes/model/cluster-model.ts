import type { ZodType } from "zod";
import type { Random } from "../../random.ts";
import type { ModelSettings } from "../../settings.ts";
import type { Collection } from "../../state/store.ts";
import type { World } from "../../world.ts";
import { CONTROLLERS } from "../controllers/all-controllers.ts";
import { ChangeLog } from "./change-log.ts";
import { type ObjectChange, ObjectTable } from "./object-table.ts";
import type { KubernetesObject } from "./objects.ts";
import { PodIndex } from "./pod-index.ts";
import { type ObjectOf, RESOURCE_SCHEMAS, type ResourceName, resourceNamed } from "./resources.ts";

/** After this many reconciliations in one change, two controllers must be undoing each other's work. */
const MAX_RECONCILIATIONS = 200_000;

type Tables = { readonly [R in ResourceName]: ObjectTable<ObjectOf<R>> };

/** A kind's schema, as far as a table needs it. */
type Schema<T> = Pick<ZodType<T>, "parse" | "safeParse">;

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
  readonly #tables: Tables;
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
    this.pods = new PodIndex();
    this.#tables = this.#openTables();
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
  table<R extends ResourceName>(plural: R): Tables[R] {
    return this.#tables[plural];
  }

  /** Puts something on the agenda in the name of this cluster; names of objects go into `args`. */
  schedule(delaySeconds: number, kind: string, args: Record<string, string>): void {
    this.world.schedule(delaySeconds * 1_000, kind, { cluster: this.name, ...args });
  }

  /** Asks a controller to look at a key even though no object changed. */
  enqueue(controller: (typeof CONTROLLERS)[number], key: string): void {
    this.#queue.set(`${controller.name} ${key}`, { controller, key });
  }

  #openTables(): Tables {
    const schemas = RESOURCE_SCHEMAS;
    const pods = this.#collection("pods", schemas.pods);
    for (const pod of pods.values()) this.pods.change(undefined, pod);
    pods.onChange((_key, before, after) => this.pods.change(before, after));
    const open = <T extends KubernetesObject>(plural: ResourceName, schema: Schema<T>) =>
      this.#openTable(plural, schema, this.#collection(plural, schema));
    return {
      nodes: open("nodes", schemas.nodes),
      namespaces: open("namespaces", schemas.namespaces),
      pods: this.#openTable("pods", schemas.pods, pods),
      services: open("services", schemas.services),
      configmaps: open("configmaps", schemas.configmaps),
      secrets: open("secrets", schemas.secrets),
      serviceaccounts: open("serviceaccounts", schemas.serviceaccounts),
      events: open("events", schemas.events),
      deployments: open("deployments", schemas.deployments),
      replicasets: open("replicasets", schemas.replicasets),
      statefulsets: open("statefulsets", schemas.statefulsets),
      daemonsets: open("daemonsets", schemas.daemonsets),
      jobs: open("jobs", schemas.jobs),
      poddisruptionbudgets: open("poddisruptionbudgets", schemas.poddisruptionbudgets),
    };
  }

  #collection<T>(plural: ResourceName, schema: Schema<T>): Collection<T> {
    return this.world.store.collection(`kubernetes/${this.name}/${plural}`, (value) => schema.parse(value));
  }

  #openTable<T extends KubernetesObject>(plural: ResourceName, schema: Schema<T>, collection: Collection<T>) {
    return new ObjectTable<T>(resourceNamed(plural), collection, (value) => schema.safeParse(value), {
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
