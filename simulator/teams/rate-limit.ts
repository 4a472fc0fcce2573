import { z } from "zod";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";

/** Requests a second that a webhook takes. */
const PER_SECOND = 4;
const WINDOW_MS = 1_000;

/** Counts a webhook's requests of the last second, on the simulator's clock. */
export class RateLimit {
  readonly #world: World;
  readonly #times: Collection<number[]>;

  constructor(world: World) {
    this.#world = world;
    this.#times = world.store.collection("teams-rate", (value) => z.array(z.number()).parse(value));
  }

  /** Counts a request; false when there have been too many, and then it does not count. */
  takes(webhook: string): boolean {
    const { nowMs } = this.#world;
    const recent = (this.#times.get(webhook) ?? []).filter((atMs) => nowMs - atMs < WINDOW_MS);
    if (recent.length >= PER_SECOND) return false;
    this.#world.store.transaction(() => this.#times.put(webhook, [...recent, nowMs]));
    return true;
  }
}
