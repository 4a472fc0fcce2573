import type { AzureModel } from "../azure/azure-model.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import { MEMORY_SECONDS, type Scenario } from "./scenario.ts";

interface Change {
  readonly atMs: number;
  readonly restore: () => void;
}

/**
 * Remembers what Azure's records were, for reads that are answered late by a cache. Only in memory: after a restart there is
 * no past to answer from, and the present is told.
 */
export class PastStates {
  readonly #world: World;
  #changes: Change[] = [];
  #answering = false;

  constructor(azure: AzureModel) {
    this.#world = azure.world;
    this.#follow(azure.clusters);
    this.#follow(azure.pools);
    this.#follow(azure.operations);
    this.#follow(azure.resources);
  }

  /** What `read` finds in the state of so many seconds ago. It must change nothing. */
  answerFrom<R>(secondsAgo: number, read: () => R): R {
    const { nowMs } = this.#world;
    const sinceMs = nowMs - secondsAgo * 1_000;
    const undone = this.#changes.filter(({ atMs }) => atMs > sinceMs).reverse();
    this.#answering = true;
    try {
      return this.#world.rehearse(() => {
        for (const { restore } of undone) restore();
        return read();
      });
    } finally {
      this.#answering = false;
    }
  }

  #follow<T>(collection: Collection<T>): void {
    collection.onChange((key, before) => {
      if (this.#answering) return;
      // What a failed change does and takes back is noted both ways, and cancels out.
      const restore = () => (before === undefined ? collection.delete(key) : collection.put(key, before));
      this.#changes.push({ atMs: this.#world.nowMs, restore });
      if (this.#changes.length % 1_024 === 0) this.#forget();
    });
  }

  #forget(): void {
    const oldestMs = this.#world.nowMs - MEMORY_SECONDS * 1_000;
    this.#changes = this.#changes.filter(({ atMs }) => atMs > oldestMs);
  }
}

/** Whether a scenario has reads that are answered from the past, so that it must be kept. */
export function hasStaleReads({ faults, randomFaults }: Scenario): boolean {
  return (
    faults.some(({ staleSeconds }) => staleSeconds !== undefined) || randomFaults?.kinds.includes("stale") === true
  );
}
