/**
 * Upgrades fleets of 30, 300 and 1,000 clusters in four rings, each in a process of its own on a virtual clock, and prints how
 * the makespan compares with the critical path of the same plan (Azure's operations and the drains, as many clusters side by
 * side as the rings allow, and the soaks), how many calls and how much history a cluster costs, and what it took in real time.
 * Exits with 1 when the makespan is more than 1.05 times the critical path, or when a larger fleet costs more calls a cluster.
 * Needs `npm run build`. `--clusters 30,300` measures those. The table is Markdown; docs/benchmarks.md holds one.
 */
import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runNode } from "./bench/measurement.ts";
import type { FleetRun } from "./bench/upgrade-fleet.ts";

const RATIO_BOUND = 1.05;
/** Clusters that were not done which are named. */
const SHOWN_FAILURES = 10;
/** Calls a cluster may cost more in the largest fleet than in the smallest: "flat", but for rounding. */
const GROWTH_BOUND = 1.05;
const HEADINGS = [
  "",
  "makespan",
  "critical path",
  "ratio",
  "ARM calls",
  "Kubernetes calls",
  "history",
  "longest history",
  "real time",
  "peak memory",
];
const here = dirname(fileURLToPath(import.meta.url));

const hours = (ms: number) => `${(ms / 3_600_000).toFixed(2)} h`;
const perCluster = (count: number, { clusters }: FleetRun) => (count / clusters).toFixed(1);

function row(run: FleetRun): string[] {
  const events = perCluster(run.historyEvents, run);
  return [
    `${run.clusters} clusters`,
    hours(run.makespanMs),
    hours(run.criticalPathMs),
    (run.makespanMs / run.criticalPathMs).toFixed(3),
    `${perCluster(run.armCalls, run)} a cluster`,
    `${perCluster(run.kubernetesCalls, run)} a cluster`,
    `${events} events, ${perCluster(run.historyBytes / 1024, run)} KiB a cluster`,
    `${run.longestHistory} events`,
    `${(run.wallMs / 1000).toFixed(0)} s, ${(run.wallMs / run.clusters).toFixed(0)} ms a cluster`,
    `${run.peakMiB.toFixed(0)} MiB`,
  ];
}

/** What was promised and does not hold. */
function broken(runs: readonly FleetRun[]): string[] {
  const [first] = runs;
  return runs.flatMap((run) => {
    const said: string[] = [];
    const ratio = run.makespanMs / run.criticalPathMs;
    if (run.verdict !== "passed") said.push(`the upgrade of ${run.clusters} clusters ended as ${run.verdict}`);
    said.push(...run.failures.slice(0, SHOWN_FAILURES));
    if (ratio > RATIO_BOUND) said.push(`${run.clusters} clusters took ${ratio.toFixed(3)} times the critical path`);
    for (const calls of ["armCalls", "kubernetesCalls"] as const) {
      const growth = first ? run[calls] / run.clusters / (first[calls] / first.clusters) : 1;
      if (growth > GROWTH_BOUND)
        said.push(`${calls} a cluster grew ${growth.toFixed(2)} times to ${run.clusters} clusters`);
    }
    return said;
  });
}

const { values } = parseArgs({ options: { clusters: { type: "string", default: "30,300,1000" } } });
if (!existsSync(join(here, "../dist/main.cjs"))) {
  process.stderr.write("dist/ is missing: npm run build\n");
  process.exit(2);
}
const lines = [HEADINGS, HEADINGS.map(() => "---")];
const runs: FleetRun[] = [];
for (const count of values.clusters.split(",").map(Number)) {
  const { stdout } = await runNode([join(here, "bench/upgrade-fleet.ts"), String(count)]);
  const run = JSON.parse(stdout) as FleetRun;
  runs.push(run);
  lines.push(row(run));
  process.stderr.write(`${count} clusters: ${(run.wallMs / 1000).toFixed(0)} s\n`);
}
const table = lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
process.stdout.write(`${table}\n\n${machine}\n`);
const flaws = broken(runs);
for (const flaw of flaws) process.stderr.write(`${flaw}\n`);
process.exit(flaws.length > 0 ? 1 : 0);
