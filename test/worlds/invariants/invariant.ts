import type { Outcome } from "../live.ts";
import { elapsed } from "../trace.ts";
import { START_MS, type World } from "../world.ts";

/** What must always hold, whatever happened. */
export interface Invariant {
  readonly name: string;
  /** What of it does not hold; a sentence each. */
  readonly violations: (world: World, outcome: Outcome) => string[];
}

/** A moment as the trace shows it. */
export const at = (ms: number): string => elapsed(ms - START_MS);
