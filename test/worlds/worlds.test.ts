import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appBundle } from "../../scripts/build.ts";
import { buildMutant, MUTANTS } from "./mutants.ts";
import type { SeedResult } from "./run-seed.ts";
import { runSeeds } from "./run-seeds.ts";

/** Longest that a test of many worlds may take before it counts as hung. */
const LONG_MS = 20 * 60_000;

let folder: string;
let bundle: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drydock-worlds-"));
  bundle = join(folder, "main.cjs");
  await build(appBundle(bundle));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

async function resultsOf(seeds: readonly number[]): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  await runSeeds(seeds, { bundle, onResult: (result) => void results.push(result) });
  return results.sort((left, right) => left.seed - right.seed);
}

describe("worlds", () => {
  it("keep what must always hold, in a hundred of them", { timeout: LONG_MS }, async () => {
    const results = await resultsOf(range(0, 100));
    expect(results).toHaveLength(100);
    const violations = results.flatMap(({ seed, violations }) => violations.map((text) => `seed ${seed}: ${text}`));
    expect(violations).toEqual([]);
    // They are worth something only when much happens in them.
    const verdicts = new Set(results.flatMap((result) => result.verdicts));
    expect([...verdicts].sort()).toEqual(expect.arrayContaining(["blocked", "cancelled", "failed", "passed"]));
    expect(results.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(25);
  });

  it("are the same for the same seed, byte for byte", { timeout: LONG_MS }, async () => {
    const seeds = range(0, 6);
    const once = await resultsOf(seeds);
    const again = await resultsOf(seeds.toReversed());
    expect(again.map(({ trace }) => trace)).toEqual(once.map(({ trace }) => trace));
  });
});

describe("a mutant of the app", () => {
  it.each(MUTANTS)("that $name is caught", { timeout: LONG_MS }, async (mutant) => {
    const outfile = join(folder, "mutant.cjs");
    await buildMutant(mutant, outfile);
    let caught = "";
    await runSeeds(range(0, 60), {
      bundle: outfile,
      onResult: ({ violations }) => {
        caught ||= violations.find((violation) => mutant.caughtBy.test(violation)) ?? "";
        return caught !== "";
      },
    });
    expect(caught).toMatch(mutant.caughtBy);
  });
});
