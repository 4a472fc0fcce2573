import { z } from "zod";
import { type Contents, parseContents } from "../backup/cluster-contents.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";

const headSchema = z.object({
  /** Bucket and prefix. */
  place: z.string(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  spec: z.record(z.string(), z.unknown()),
  /** As it was when the backup ended; undefined while it runs. */
  status: z.record(z.string(), z.unknown()).optional(),
  expiresMs: z.number(),
  bytes: z.number(),
});

const runSchema = z.object({
  startMs: z.number(),
  /** From one step to the next. */
  stepMs: z.number(),
  source: z.string(),
  fail: z.object({ code: z.string(), message: z.string() }).optional(),
  leaveOut: z.array(z.string()),
  stuckHours: z.number().optional(),
  nextMs: z.number(),
});

/** A backup in a bucket, without its contents. */
export type StoredBackup = z.infer<typeof headSchema>;
/** How a restore that is under way goes on. */
export type RestoreRun = z.infer<typeof runSchema>;

/** The object storage that Veleros keep backups in; clusters with a location on the same bucket see the same backups. */
export class VeleroStorage {
  readonly #heads: Collection<StoredBackup>;
  readonly #contents: Collection<Contents>;
  readonly #wakes: Collection<number>;
  readonly runs: Collection<RestoreRun>;

  constructor({ store }: World) {
    this.#heads = store.collection("velero-backups", (value) => headSchema.parse(value));
    this.#contents = store.collection("velero-contents", parseContents);
    this.#wakes = store.collection("velero-wakes", (value) => z.number().parse(value));
    this.runs = store.collection("velero-restores", (value) => runSchema.parse(value));
  }

  find(place: string, name: string): StoredBackup | undefined {
    return this.#heads.get(`${place}/${name}`);
  }

  contentsOf({ place, name }: StoredBackup): Contents | undefined {
    return this.#contents.get(`${place}/${name}`);
  }

  /** The backups of a place that are complete, by name. */
  backupsIn(place: string): StoredBackup[] {
    return this.#heads
      .values()
      .filter((head) => head.place === place && head.status !== undefined)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Keeps a backup; contents that are left out stay. Only inside a change. */
  put(head: StoredBackup, contents?: Contents): void {
    const key = `${head.place}/${head.name}`;
    this.#heads.put(key, head);
    if (contents) this.#contents.put(key, contents);
  }

  remove(place: string, name: string): void {
    this.#heads.delete(`${place}/${name}`);
    this.#contents.delete(`${place}/${name}`);
  }

  /** Has a controller look at an object at an instant. Asked twice for the same instant, it looks once. */
  wakeAt(cluster: ClusterModel, controller: string, key: string, atMs: number): void {
    const id = `${cluster.name}/${controller}/${key}`;
    if (this.#wakes.get(id) === atMs) return;
    this.#wakes.put(id, atMs);
    cluster.enqueueLater(Math.max(0, atMs - cluster.world.nowMs) / 1_000, controller, key);
  }
}

/** Where a location keeps its backups; undefined when it does not say. */
export function placeOf(location: KubernetesObject): string | undefined {
  const { success, data } = locationSchema.safeParse(location.spec);
  return success ? `${data.objectStorage.bucket}/${data.objectStorage.prefix ?? ""}` : undefined;
}

/** The bucket of a location. */
export function bucketOf(location: KubernetesObject): string {
  return locationSchema.safeParse(location.spec).data?.objectStorage.bucket ?? "";
}

const locationSchema = z.looseObject({
  provider: z.string().min(1),
  objectStorage: z.looseObject({ bucket: z.string().min(1), prefix: z.string().optional() }),
});
