/**
 * One upgrade of a fleet, in a process of its own: simulator, embedded host and the built app on one virtual clock. Writes what
 * it measured as one line of JSON. `scripts/bench-fleet.ts` starts it with the number of clusters.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { stringify } from "yaml";
import type { ClusterResult, UpgradeReport } from "../../domain/report.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { startFleetApp } from "./fleet-app.ts";
import { writeLargeFleet } from "./large-fleet.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const SOAK_MINUTES = 30;
/** Rings, the share of the fleet in each, and how many clusters of it go side by side. */
const RINGS = [
  { name: "dev", share: 0.05, width: 0.5 },
  { name: "staging", share: 0.15, width: 0.34 },
  { name: "prod-1", share: 0.3, width: 0.25 },
  { name: "prod-2", share: 0.5, width: 0.2 },
] as const;
/** What one upgrade came to. Times are virtual but for `wallMs`. */
export interface FleetRun {
  readonly clusters: number;
  readonly verdict: string;
  /** Why clusters were not done, a line each. */
  readonly failures: readonly string[];
  readonly makespanMs: number;
  readonly criticalPathMs: number;
  readonly armCalls: number;
  readonly kubernetesCalls: number;
  readonly historyEvents: number;
  readonly historyBytes: number;
  readonly longestHistory: number;
  readonly wallMs: number;
  readonly peakMiB: number;
}

interface RingSize {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly maxParallel: number;
}

function ringsOf(count: number): RingSize[] {
  let from = 0;
  return RINGS.map(({ name, share, width }, index) => {
    const size = index === RINGS.length - 1 ? count - from : Math.max(1, Math.round(count * share));
    const clusters = Array.from({ length: size }, (_, offset) => `aks-${from + offset}`);
    from += size;
    return { name, clusters, maxParallel: Math.min(100, Math.max(1, Math.round(size * width))) };
  });
}

function fleetYaml(rings: readonly RingSize[]): string {
  const idOf = (name: string) =>
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  return stringify({
    fleet: "bench",
    rings: rings.map(({ name, maxParallel }) => ({ name, maxParallel, soakMinutes: SOAK_MINUTES })),
    clusters: rings.flatMap(({ name: ring, clusters }) =>
      clusters.map((name) => ({ name, ring, resourceId: idOf(name) })),
    ),
    upgrade: { userPools: { strategy: "blueGreen", parallelDrains: 2 } },
  });
}

/** Least time that the rings' clusters can take side by side, each as long as it has to; with the soaks between. */
function criticalPath(rings: readonly RingSize[], needMs: ReadonlyMap<string, number>): number {
  const times = rings.map(({ clusters, maxParallel }) => {
    // As many lanes as may go side by side, each taking the next cluster of the plan the moment that it is free.
    const lanes = Array<number>(Math.min(maxParallel, clusters.length)).fill(0);
    for (const name of clusters) {
      const lane = lanes.indexOf(Math.min(...lanes));
      lanes[lane] = (lanes[lane] ?? 0) + (needMs.get(name) ?? 0);
    }
    return Math.max(...lanes);
  });
  return times.reduce((sum, ms) => sum + ms, 0) + (rings.length - 1) * SOAK_MINUTES * 60_000;
}

/** What a cluster needs: Azure's operations as long as they took in Azure, and the drains, which wait for pods to start. */
function needOf(result: ClusterResult, operationsMs: number): number {
  const drains = result.pools.flatMap((pool) => pool.drains);
  const rounds = new Map<string, number>();
  for (const { startedAt, endedAt } of drains) {
    rounds.set(startedAt, Math.max(rounds.get(startedAt) ?? 0, Date.parse(endedAt) - Date.parse(startedAt)));
  }
  return operationsMs + [...rounds.values()].reduce((sum, ms) => sum + ms, 0);
}

/** How long Azure's operations took in Azure, by cluster. */
function operationTimes({ azure }: Simulator): Map<string, number> {
  const byCluster = new Map<string, number>();
  for (const { clusterName, startMs, endMs = startMs } of azure.operations.values()) {
    byCluster.set(clusterName, (byCluster.get(clusterName) ?? 0) + endMs - startMs);
  }
  return byCluster;
}

function historyOf(stateDirectory: string): Pick<FleetRun, "historyEvents" | "historyBytes" | "longestHistory"> {
  const database = new DatabaseSync(join(stateDirectory, "durable.db"), { readOnly: true });
  const all = database.prepare("SELECT count(*) AS events, sum(length(event)) AS bytes FROM history").get();
  const longest = database
    .prepare("SELECT max(n) AS n FROM (SELECT count(*) AS n FROM history GROUP BY instance_id)")
    .get();
  database.close();
  return { historyEvents: Number(all?.events), historyBytes: Number(all?.bytes), longestHistory: Number(longest?.n) };
}

function failuresOf({ rings }: UpgradeReport): string[] {
  return rings.flatMap(({ name: ring, reason, clusters }) => [
    ...(reason === null ? [] : [`${ring}: ${reason}`]),
    ...clusters
      .filter(({ outcome }) => outcome !== "done")
      .map(({ name, outcome, reason: why, findings, pools }) => {
        const told = [...findings, ...pools.flatMap((pool) => pool.findings)].map(({ message }) => message);
        return `${name}: ${outcome}: ${[why, ...told].filter(Boolean).join("; ")}`;
      }),
  ]);
}

async function upgradeFleet(count: number): Promise<FleetRun> {
  const folder = mkdtempSync(join(tmpdir(), "drydock-bench-fleet-"));
  try {
    return await upgradeIn(folder, count);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function upgradeIn(folder: string, count: number): Promise<FleetRun> {
  const rings = ringsOf(count);
  writeLargeFleet(join(folder, "fleet"), { clusters: count, pools: 2, nodes: 2, pods: 5, newerImage: true });
  const app = await startFleetApp(folder, fleetYaml(rings));
  const { simulator, host, counted } = app;
  const code = host.keys.system("eventgrid_extension");
  const endpoint = `${host.url}/runtime/webhooks/eventgrid?functionName=onContainerServiceEvent&code=${code}`;
  await fetch(`${simulator.url}/simulator/event-subscriptions/bench`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ endpoint }),
  });
  const { report, wallMs } = await app.runToReport<UpgradeReport>({ kind: "upgrade", scope: "nodeImage" });
  const operations = operationTimes(simulator);
  const results = report.rings.flatMap(({ clusters }) => clusters);
  const needs = new Map(results.map((result) => [result.name, needOf(result, operations.get(result.name) ?? 0)]));
  await app.stop();
  const history = historyOf(join(folder, "state"));
  return {
    clusters: count,
    verdict: report.verdict,
    failures: failuresOf(report),
    makespanMs: Date.parse(report.endedAt) - Date.parse(report.startedAt),
    criticalPathMs: criticalPath(rings, needs),
    armCalls: counted.arm,
    kubernetesCalls: counted.kubernetes,
    ...history,
    wallMs,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

process.stdout.write(`${JSON.stringify(await upgradeFleet(Number(process.argv[2])))}\n`);
// What the SDKs keep open must not keep the process.
process.exit(0);
