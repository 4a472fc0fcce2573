/**
 * `npm run worlds -- --seeds 0-999`: lives through the world of each seed (a random fleet, random events, faults and kills, on
 * virtual time) and checks what must always hold. A seed that fails is replayed, with its trace, by `--seeds N --trace`.
 * `--app FILE` takes another build of the app than dist/main.cjs.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { SeedResult } from "../test/worlds/run-seed.ts";
import { runSeeds } from "../test/worlds/run-seeds.ts";

const BUNDLE = join(import.meta.dirname, "../dist/main.cjs");

function fail(message: string): never {
  process.stderr.write(`worlds: ${message}\n`);
  process.exit(2);
}

function readSeeds(text: string): number[] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (!match || to < from || to - from >= 1_000_000)
    fail(`--seeds is "${text}"; a number or a range is expected, as 0-999.`);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "0-99" },
        trace: { type: "boolean", default: false },
        app: { type: "string", default: BUNDLE },
      },
    });
    return { seeds: readSeeds(values.seeds), showsTrace: values.trace, app: values.app };
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { seeds, showsTrace, app } = readFlags();
if (!existsSync(app)) fail(`${app} is missing. Build it first: npm run build.`);
const startedMs = performance.now();
const results: SeedResult[] = [];
await runSeeds(seeds, {
  bundle: app,
  onResult(result) {
    results.push(result);
    if (showsTrace) console.log([`seed ${result.seed}`, ...result.trace].join("\n"));
    for (const violation of result.violations) console.log(`seed ${result.seed}: ${violation}`);
    return false;
  },
}).catch((error: Error) => fail(error.message));

const sum = (of: (result: SeedResult) => number) => results.reduce((total, result) => total + of(result), 0);
/** How often each came, the most frequent first. */
function tally(entries: ReadonlyArray<readonly [string, number]>): string {
  const counts = new Map<string, number>();
  for (const [name, count] of entries) counts.set(name, (counts.get(name) ?? 0) + count);
  const ordered = [...counts].sort(([left, one], [right, other]) => other - one || (left < right ? -1 : 1));
  return ordered.map(([name, count]) => `${count} ${name}`).join(", ");
}

const verdicts = results.flatMap((result) => result.verdicts.map((verdict) => [verdict, 1] as const));
const faults = results.flatMap((result) => Object.entries(result.faults));
const events = results.flatMap((result) => Object.entries(result.events));
const longest = results.reduce((most, { longestHistory }) => Math.max(most, longestHistory.events), 0);
const failing = results.filter(({ violations }) => violations.length > 0).map(({ seed }) => seed);
console.log(
  [
    `worlds          ${results.length}`,
    `runs            ${sum(({ runs }) => runs)} (${tally(verdicts)})`,
    `virtual hours   ${sum(({ livedHours }) => livedHours).toFixed(0)}`,
    `wall time       ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
    `host kills      ${sum(({ kills }) => kills)}`,
    `faults injected ${faults.reduce((total, [, count]) => total + count, 0)} (${tally(faults)})`,
    `events          ${tally(events)}`,
    `requests        ${sum(({ requests }) => requests)}`,
    `longest history ${longest} events`,
    `violations      ${sum(({ violations }) => violations.length)}`,
    ...failing.map(
      (seed) => `replay with: npm run worlds -- --seeds ${seed} --trace${app === BUNDLE ? "" : ` --app ${app}`}`,
    ),
  ].join("\n"),
);
process.exitCode = failing.length > 0 ? 1 : 0;
