import type { ObjectChange } from "./object-table.ts";
import { expired } from "./status-error.ts";

/** How many changes a watch may lag behind before it is told to list again. */
const KEPT_CHANGES = 2_000;

type Subscriber = (change: ObjectChange) => void;

/** The recent changes of a cluster, for watches. Kept in memory: after a restart every older version is "too old". */
export class ChangeLog {
  #changes: ObjectChange[] = [];
  #firstVersion: number;
  readonly #subscribers = new Set<Subscriber>();

  /** `version` is the newest version whose change is not in this log. */
  constructor(version: number) {
    this.#firstVersion = version;
  }

  append(changes: readonly ObjectChange[]): void {
    this.#changes.push(...changes);
    if (this.#changes.length > KEPT_CHANGES * 1.5) {
      const dropped = this.#changes.splice(0, this.#changes.length - KEPT_CHANGES);
      this.#firstVersion = dropped.at(-1)?.version ?? this.#firstVersion;
    }
    for (const change of changes) {
      for (const subscriber of this.#subscribers) subscriber(change);
    }
  }

  /** Forgets everything up to `version`. */
  restart(version: number): void {
    this.#changes = [];
    this.#firstVersion = version;
  }

  /** The newest version whose change is no longer known. */
  get firstVersion(): number {
    return this.#firstVersion;
  }

  /** The changes after `version`. Throws a 410 Status when some of them are no longer known. */
  since(version: number): ObjectChange[] {
    if (version < this.#firstVersion) {
      throw expired(`too old resource version: ${version} (${this.#firstVersion})`);
    }
    return this.#changes.filter((change) => change.version > version);
  }

  /** Calls `subscriber` for each change from now on; returns the way to stop that. */
  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }
}
