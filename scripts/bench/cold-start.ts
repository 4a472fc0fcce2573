/**
 * Measures a cold start: from the start of a fresh Node process to its end, having loaded the app with all functions
 * registered; bundled, unbundled, and against a process that does nothing. The rounds are interleaved, so that what else the
 * machine does hits all alike.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Measured, median, report, runNode, spread } from "./measurement.ts";
import { buildUnbundledApp } from "./unbundled-app.ts";

const ROUNDS = 9;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Stands in for the Functions worker: supplies the core module, loads the app, says what it came to. */
const WORKER = `
const { Module } = require("node:module");
const original = Module.prototype.require;
let functions = 0;
const disposable = { dispose() {} };
const core = {
  version: "3.12.0", hostVersion: "4.1040.300", Disposable: class {}, log() {}, setProgrammingModel() {},
  getProgrammingModel() {}, registerHook: () => disposable, registerFunction: () => (functions++, disposable),
};
Module.prototype.require = function (id) {
  return id === "@azure/functions-core" ? core : original.call(this, id);
};
require(process.argv[1]);
process.stdout.write(JSON.stringify({ functions, peakKiB: process.resourceUsage().maxRSS }));
process.exit();
`;
const NOTHING = "0";
const NOTHING_WITH_MEMORY = "process.stdout.write(JSON.stringify({ peakKiB: process.resourceUsage().maxRSS }))";

interface Sample {
  readonly milliseconds: number;
  readonly peakKiB: number;
  readonly functions: number;
}

async function load(file: string): Promise<Sample> {
  const { milliseconds, stdout } = await runNode(["-e", WORKER, file]);
  return { milliseconds, ...(JSON.parse(stdout) as { peakKiB: number; functions: number }) };
}

function row(what: string, samples: readonly Sample[], baseline?: number): Measured {
  const times = samples.map(({ milliseconds }) => milliseconds);
  const value = median(times);
  return {
    what,
    value,
    unit: "ms",
    how: spread(times),
    ...(baseline === undefined ? {} : { ratio: value / baseline }),
    peakMiB: Math.max(...samples.map(({ peakKiB }) => peakKiB)) / 1024,
  };
}

async function measure(): Promise<Measured[]> {
  const bundle = join(root, "dist", "main.cjs");
  const unbundled = await buildUnbundledApp(root);
  try {
    const { peakKiB } = JSON.parse((await runNode(["-e", NOTHING_WITH_MEMORY])).stdout) as { peakKiB: number };
    // The first load fills the file cache.
    const { functions } = await load(bundle);
    if ((await load(unbundled.main)).functions !== functions)
      throw new Error("the two builds register other functions");
    const nothing: Sample[] = [];
    const bundled: Sample[] = [];
    const plain: Sample[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      nothing.push({ ...(await runNode(["-e", NOTHING])), peakKiB, functions: 0 });
      bundled.push(await load(bundle));
      plain.push(await load(unbundled.main));
    }
    const first = row("node -e 0", nothing);
    return [
      { ...first, ratio: 1 },
      row(`cold start, bundle (dist/main.cjs, ${functions} functions)`, bundled, first.value),
      row(`cold start, unbundled (${unbundled.files} files and node_modules)`, plain, first.value),
    ];
  } finally {
    unbundled.remove();
  }
}

report(await measure());
