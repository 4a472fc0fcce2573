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

async function resultsOf(seeds: readonly number[], watchesKernel = false): Promise<SeedResult[]> {
  const results: SeedResult[] = [];
  await runSeeds(seeds, { bundle, watchesKernel, onResult: (result) => void results.push(result) });
  return results.sort((left, right) => left.seed - right.seed);
}

async function tracesOf(seeds: readonly number[]): Promise<ReadonlyArray<readonly [number, string]>> {
  return (await resultsOf(seeds)).map(({ seed, trace }) => [seed, trace.join("\n")] as const);
}

describe("worlds", () => {
  it("keep what must always hold, in two hundred of them", { timeout: LONG_MS }, async () => {
    const results = await resultsOf(range(0, 200));
    expect(results).toHaveLength(200);
    const violations = results.flatMap(({ seed, violations }) => violations.map((text) => `seed ${seed}: ${text}`));
    expect(violations).toEqual([]);
    // They are worth something only when much happens in them.
    const verdicts = new Set(results.flatMap((result) => result.verdicts));
    expect([...verdicts].sort()).toEqual(expect.arrayContaining(["blocked", "cancelled", "failed", "passed"]));
    expect(results.reduce((sum, { kills }) => sum + kills, 0)).toBeGreaterThan(100);
  });

  it("are the same for the same seed, byte for byte: in order, in reverse, alone", { timeout: LONG_MS }, async () => {
    const seeds = range(0, 8);
    const inOrder = await tracesOf(seeds);
    expect(await tracesOf(seeds.toReversed())).toEqual(inOrder);
    for (const seed of [2, 4, 7]) expect(await tracesOf([seed])).toEqual(inOrder.slice(seed, seed + 1));
  });

  it("wait for nothing that no seed decides", { timeout: LONG_MS }, async () => {
    const results = await resultsOf([4, 5], true);
    expect(results.flatMap(({ kernelWaits }) => kernelWaits)).toEqual([]);
  });
});

describe("a mutant of the app", () => {
  it.each(MUTANTS)("that $name is caught", { timeout: LONG_MS }, async (mutant) => {
    const outfile = join(folder, "mutant.cjs");
    await buildMutant(mutant, outfile);
    let caught = "";
    const seeds = range(0, 150);
    const first = seeds.filter((seed) => seed === mutant.seed);
    await runSeeds([...first, ...seeds.filter((seed) => seed !== mutant.seed)], {
      bundle: outfile,
      onResult: ({ violations }) => {
        caught ||= violations.find((violation) => mutant.caughtBy.test(violation)) ?? "";
        return caught !== "";
      },
    });
    expect(caught).toMatch(mutant.caughtBy);
  });
});
