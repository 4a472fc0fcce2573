import { INVARIANTS } from "./invariants.ts";
import { live, type Outcome } from "./live.ts";
import { withChance } from "./seeded-chance.ts";
import { World } from "./world.ts";

/** What a seed came to. */
export interface SeedResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly trace: readonly string[];
  readonly runs: number;
  readonly verdicts: readonly string[];
  readonly kills: number;
  readonly livedHours: number;
  readonly requests: number;
  /** What became of the events that AKS told. */
  readonly events: Outcome["events"];
  readonly longestHistory: { readonly id: string; readonly events: number };
  /** What the world waited for that no seed decides; empty when nobody looked. */
  readonly kernelWaits: readonly string[];
  /** Faults that were injected, by kind. */
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * Makes a seed's world, lets it live, and checks what must always hold.
 * @param ground the folder that worlds live in (`layGround`)
 */
export function runSeed(seed: number, ground: string): Promise<SeedResult> {
  return withChance(seed, () => liveThrough(new World(seed, ground)));
}

async function liveThrough(world: World): Promise<SeedResult> {
  try {
    await world.begin();
    const outcome = await live(world);
    const violations = INVARIANTS.flatMap(({ name, violations }) =>
      violations(world, outcome).map((violation) => `${name}: ${violation}`),
    );
    return {
      seed: world.seed,
      violations,
      trace: world.trace.lines,
      runs: outcome.runs.length,
      verdicts: outcome.runs.map(({ verdict }) => verdict ?? "none"),
      kills: world.kills,
      livedHours: outcome.livedMs / 3_600_000,
      requests: world.observer.requests,
      faults: outcome.faults,
      kernelWaits: [],
      events: outcome.events,
      longestHistory: outcome.histories[0] ?? { id: "", events: 0 },
    };
  } finally {
    await world.end();
  }
}
