/**
 * Measures whether the simulator carries a large fleet: 1,000 clusters of three pools of ten nodes with thirty pods each.
 * Starts dist/simulator.js with it, then looks into every cluster's Kubernetes, and prints how long each step took, how much
 * memory the process ever had, and how far that is from what the simulator promises. Exits with 1 when a promise is broken.
 * Needs `npm run build`. `--clusters N` measures a smaller fleet. The table is Markdown; docs/benchmarks.md holds one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type FleetSize, writeLargeFleet } from "./bench/large-fleet.ts";
import { peakMiBOf } from "./bench/measurement.ts";

const START_BOUND_SECONDS = 10;
const MEMORY_BOUND_MIB = 3 * 1024;
const HEADINGS = ["step", "took", "peak memory", "share of the bound", "what was there"];
const program = join(dirname(fileURLToPath(import.meta.url)), "../dist/simulator.js");

interface Simulator {
  readonly child: ChildProcess;
  readonly url: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
}

interface Step {
  readonly what: string;
  readonly seconds: number;
  readonly peakMiB: number;
  readonly seen: string;
}

async function start(fleet: string): Promise<Simulator> {
  const args = [program, "--fleet", fleet, "--port", "0", "--log-level", "error"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ready = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
  return { child, ...(JSON.parse(ready) as Omit<Simulator, "child">) };
}

async function json<T>(url: string, init: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function headersOf({ identityEndpoint, identityHeader }: Simulator): Promise<Record<string, string>> {
  const url = `${identityEndpoint}?resource=https://management.azure.com/&api-version=2019-08-01`;
  const { access_token } = await json<{ access_token: string }>(url, {
    headers: { "x-identity-header": identityHeader },
  });
  return { authorization: `Bearer ${access_token}` };
}

/** All clusters, as a client pages through them. */
async function listClusters(simulator: Simulator): Promise<string[]> {
  const headers = await headersOf(simulator);
  const ids: string[] = [];
  const provider = "subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.ContainerService";
  let next: string | undefined = `${simulator.url}/${provider}/managedClusters?api-version=2025-07-01`;
  while (next !== undefined) {
    const page: { value: Array<{ id: string }>; nextLink?: string } = await json(next, { headers });
    ids.push(...page.value.map(({ id }) => id));
    next = page.nextLink;
  }
  return ids;
}

interface Access {
  readonly server: string;
  readonly token: string;
}

async function accessTo(simulator: Simulator, ids: readonly string[]): Promise<Access[]> {
  const headers = await headersOf(simulator);
  const found: Access[] = [];
  for (const id of ids) {
    const url = `${simulator.url}${id}/listClusterAdminCredential?api-version=2025-07-01`;
    const { kubeconfigs } = await json<{ kubeconfigs: Array<{ value: string }> }>(url, { method: "POST", headers });
    const config = Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString();
    const [, server = ""] = /server: "?([^"\s]+)/.exec(config) ?? [];
    const [, token = ""] = /token: "?([^"\s]+)/.exec(config) ?? [];
    found.push({ server, token });
  }
  return found;
}

/** Lists a kind in every cluster; answers how many objects there are. */
async function countIn(clusters: readonly Access[], plural: string): Promise<number> {
  let count = 0;
  for (const { server, token } of clusters) {
    const headers = { authorization: `Bearer ${token}` };
    const { items } = await json<{ items: unknown[] }>(`${server}/api/v1/${plural}`, { headers });
    count += items.length;
  }
  return count;
}

async function measure(size: FleetSize, fleet: string): Promise<Step[]> {
  const steps: Step[] = [];
  let child: ChildProcess | undefined;
  async function step<T>(what: string, make: () => Promise<T>, tell: (made: T) => string): Promise<T> {
    const startedMs = performance.now();
    const made = await make();
    const seconds = (performance.now() - startedMs) / 1_000;
    const peakMiB = (child && peakMiBOf(child)) ?? Number.NaN;
    steps.push({ what, seconds, peakMiB, seen: tell(made) });
    return made;
  }
  try {
    const begun = async () => {
      const simulator = await start(fleet);
      child = simulator.child;
      return simulator;
    };
    const simulator = await step("start", begun, () => `${size.clusters} clusters, ${size.pools} pools each`);
    const ids = await step(
      "list the clusters",
      () => listClusters(simulator),
      (all) => `${all.length} clusters`,
    );
    const clusters = await step(
      "get credentials",
      () => accessTo(simulator, ids),
      (all) => `${all.length} kubeconfigs`,
    );
    await step(
      "list the nodes of every cluster",
      () => countIn(clusters, "nodes"),
      (count) => `${count} nodes`,
    );
    await step(
      "list the pods of every cluster",
      () => countIn(clusters, "pods"),
      (count) => `${count} pods`,
    );
    await step(
      "list the pods once more",
      () => countIn(clusters, "pods"),
      (count) => `${count} pods`,
    );
  } finally {
    child?.kill("SIGTERM");
  }
  return steps;
}

function cellsOf({ what, seconds, peakMiB, seen }: Step): string[] {
  const shares = [
    ...(what === "start" ? [`${Math.round((100 * seconds) / START_BOUND_SECONDS)} % of 10 s`] : []),
    `${Math.round((100 * peakMiB) / MEMORY_BOUND_MIB)} % of 3 GiB`,
  ];
  return [what, `${seconds.toFixed(1)} s`, `${Math.round(peakMiB)} MiB`, shares.join(", "), seen];
}

function printTable(rows: readonly string[][]): void {
  const widths = HEADINGS.map((heading, index) =>
    Math.max(heading.length, ...rows.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = " ") =>
    `| ${widths.map((width, index) => (cells[index] ?? "").padEnd(width, fill)).join(" | ")} |`;
  console.log([line(HEADINGS), line([], "-"), ...rows.map((cells) => line(cells))].join("\n"));
}

if (!existsSync(program)) {
  console.error("bench: dist/simulator.js is not there; run npm run build first.");
  process.exit(2);
}
const { values } = parseArgs({ options: { clusters: { type: "string", default: "1000" } } });
const size: FleetSize = { clusters: Number(values.clusters), pools: 3, nodes: 10, pods: 30 };
const folder = mkdtempSync(join(tmpdir(), "drydock-bench-"));
try {
  writeLargeFleet(folder, size);
  console.log(
    `Node ${process.version} on ${process.platform} ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
  );
  const steps = await measure(size, folder);
  printTable(steps.map(cellsOf));
  const late = (steps[0]?.seconds ?? 0) > START_BOUND_SECONDS;
  const large = steps.some(({ peakMiB }) => peakMiB > MEMORY_BOUND_MIB);
  if (late) console.error(`bench: the start took more than ${START_BOUND_SECONDS} s`);
  if (large) console.error(`bench: the simulator took more than ${MEMORY_BOUND_MIB} MiB`);
  process.exitCode = late || large ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
