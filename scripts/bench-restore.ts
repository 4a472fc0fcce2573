/**
 * Restores the backups of 1, 10 and 100 clusters, five scratch clusters at a time, each size in a process of its own on a
 * virtual clock, and prints how long a test takes beyond what Azure and Kubernetes work for it, and how many calls it costs.
 * Exits with 1 when a test takes more than 1.05 times that, when one does not pass, or when more go side by side than may.
 * Needs `npm run build`. `--clusters 1,10` measures those; `--write` puts the table into docs/benchmarks.md.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runNode } from "./bench/measurement.ts";
import type { RestoreRun } from "./bench/restore-fleet.ts";

const RATIO_BOUND = 1.05;
const AT_A_TIME = 5;
const HEADINGS = [
  "",
  "passed",
  "whole run",
  "a test",
  "worked for it",
  "ratio",
  "ARM calls",
  "Kubernetes calls",
  "real time",
  "peak memory",
];
const MARKS = ["<!-- bench:restore begins -->", "<!-- bench:restore ends -->"] as const;
const here = dirname(fileURLToPath(import.meta.url));

const minutes = (ms: number) => `${(ms / 60_000).toFixed(1)} min`;
const ratioOf = ({ testMs, busyMs }: RestoreRun) => testMs / busyMs;

function row(run: RestoreRun): string[] {
  return [
    run.clusters === 1 ? "1 cluster" : `${run.clusters} clusters, ${run.mostAtATime} at a time`,
    `${run.passed} of ${run.clusters}`,
    `${(run.makespanMs / 3_600_000).toFixed(2)} h`,
    minutes(run.testMs),
    minutes(run.busyMs),
    ratioOf(run).toFixed(3),
    `${(run.armCalls / run.clusters).toFixed(0)} a test`,
    `${(run.kubernetesCalls / run.clusters).toFixed(0)} a test`,
    `${(run.wallMs / 1000).toFixed(0)} s`,
    `${run.peakMiB.toFixed(0)} MiB`,
  ];
}

/** What was promised and does not hold. */
function broken(run: RestoreRun): string[] {
  const ratio = ratioOf(run);
  return [
    ...(run.passed === run.clusters ? [] : [`${run.passed} of ${run.clusters} tests passed`]),
    ...(ratio <= RATIO_BOUND
      ? []
      : [`a test of ${run.clusters} took ${ratio.toFixed(3)} times what was worked for it`]),
    ...(run.mostAtATime <= AT_A_TIME ? [] : [`${run.mostAtATime} scratch clusters were there at a time`]),
  ];
}

const { values } = parseArgs({
  options: { clusters: { type: "string", default: "1,10,100" }, write: { type: "boolean", default: false } },
});
if (!existsSync(join(here, "../dist/main.cjs"))) {
  process.stderr.write("dist/ is missing: npm run build\n");
  process.exit(2);
}
const runs: RestoreRun[] = [];
for (const count of values.clusters.split(",").map(Number)) {
  const { stdout } = await runNode([join(here, "bench/restore-fleet.ts"), String(count)]);
  const run = JSON.parse(stdout) as RestoreRun;
  runs.push(run);
  process.stderr.write(`${count} clusters: ${(run.wallMs / 1000).toFixed(0)} s\n`);
}
const table = [HEADINGS, HEADINGS.map(() => "---"), ...runs.map(row)]
  .map((cells) => `| ${cells.join(" | ")} |`)
  .join("\n");
const machine = `Node ${process.version} on ${process.platform} ${process.arch}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
process.stdout.write(`${machine}\n\n${table}\n`);
if (values.write) {
  const file = join(here, "../docs/benchmarks.md");
  const text = readFileSync(file, "utf8");
  const [begin, end] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])];
  if (begin < 0 || end < begin) throw new Error(`docs/benchmarks.md has no ${MARKS[0]}`);
  writeFileSync(file, `${text.slice(0, begin)}${MARKS[0]}\n\n${machine}\n\n${table}\n\n${text.slice(end)}`);
}
const flaws = runs.flatMap(broken);
for (const flaw of flaws) process.stderr.write(`${flaw}\n`);
process.exit(flaws.length > 0 ? 1 : 0);
