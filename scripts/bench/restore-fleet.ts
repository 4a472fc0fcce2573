/**
 * One run of restore tests over a fleet, in a process of its own: simulator, embedded host and the built app on one virtual
 * clock. Writes what it measured as one line of JSON. `scripts/bench-restore.ts` starts it with the number of clusters.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import type { ClusterTest, RestoreReport } from "../../domain/restore/restore-report.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { startFleetApp } from "./fleet-app.ts";
import { writeLargeFleet } from "./large-fleet.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const AT_A_TIME = 5;

/** What one run came to. Times are virtual but for `wallMs`. */
export interface RestoreRun {
  readonly clusters: number;
  readonly passed: number;
  readonly makespanMs: number;
  /** Of one test: from its start until everything is gone; the mean. */
  readonly testMs: number;
  /** What of it somebody else worked: Azure on an operation or a job, Kubernetes on pods that start or ask; the mean. */
  readonly busyMs: number;
  readonly mostAtATime: number;
  readonly armCalls: number;
  readonly kubernetesCalls: number;
  readonly wallMs: number;
  readonly peakMiB: number;
}

type Span = readonly [fromMs: number, toMs: number];

/** How long at least one of some spans goes on, within another one. */
function covered(spans: readonly Span[], [fromMs, toMs]: Span): number {
  let [total, untilMs] = [0, fromMs];
  for (const [from, to] of spans.toSorted((left, right) => left[0] - right[0])) {
    const [begin, end] = [Math.max(from, untilMs), Math.min(to, toMs)];
    if (end > begin) total += end - begin;
    untilMs = Math.max(untilMs, end);
  }
  return total;
}

const spanOf = ({ startedAt, endedAt }: { readonly startedAt: string; readonly endedAt: string }): Span => [
  Date.parse(startedAt),
  Date.parse(endedAt),
];

/** When Azure worked on what a test had made, or on its restore; and when Kubernetes did. */
function workOn({ azure }: Simulator, test: ClusterTest): Span[] {
  const group = /\/resourceGroups\/([^/]+)/i.exec(test.scratchCluster ?? "")?.[1]?.toLowerCase() ?? "none";
  const ended = ({
    startMs,
    endMs = startMs,
  }: {
    readonly startMs: number;
    readonly endMs?: number | undefined;
  }): Span => [startMs, endMs];
  const operations = [...azure.operations.values()].filter(({ resourceId }) =>
    resourceId.toLowerCase().includes(group),
  );
  const jobs = [...azure.backups.jobs.values()].filter(({ target = "" }) => target.toLowerCase().includes(group));
  const validations = [...azure.backups.operations.values()].filter(
    ({ kind, resourceId }) => kind === "ValidateRestore" && resourceId.includes(`/bv-${test.cluster}/`),
  );
  const waits = test.phases.filter(({ name }) => name === "verify" || name === "probe").map(spanOf);
  return [...operations.map(ended), ...jobs.map(ended), ...validations.map(ended), ...waits];
}

function fleetYaml(count: number): string {
  const idOf = (name: string) =>
    `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`;
  const names = Array.from({ length: count }, (_, index) => `aks-${index}`);
  const job = {
    image: "docker.io/library/busybox:1.37",
    command: ["sh", "-c", "sleep 20; echo sound"],
    expectLog: "^sound$",
  };
  return stringify({
    fleet: "bench",
    rings: [{ name: "all" }],
    clusters: names.map((name) => ({ name, ring: "all", resourceId: idOf(name) })),
    restoreTests: {
      scratch: {
        ...{ subscriptionId: SUBSCRIPTION, region: "westeurope", nodeCount: 3, maxClusters: AT_A_TIME },
        // The last of a hundred tests, five at a time, begins half a day after the first.
        expiryHours: 48,
        backupStorage: {
          storageAccountId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-aks-0/providers/Microsoft.Storage/storageAccounts/stbackup`,
          container: "backups",
        },
      },
      clusters: names.map((cluster) => ({ cluster, probes: [{ name: "sound", namespace: "team-0", job }] })),
    },
  });
}

/** The fleet's folder: like clusters, each with a vault of its own and daily backups. */
function writeFleet(directory: string, count: number): void {
  writeLargeFleet(directory, { clusters: count, pools: 2, nodes: 2, pods: 5 });
  const file = join(directory, "azure.yaml");
  const azure = parse(readFileSync(file, "utf8"));
  for (const cluster of azure.clusters) {
    cluster.backup = { vault: `bv-${cluster.name}`, startTime: "02:00", retentionDays: 14 };
  }
  writeFileSync(file, stringify(azure));
}

/** Most spans that go on at the same time. */
function mostAtOnce(spans: readonly Span[]): number {
  return Math.max(...spans.map(([at]) => spans.filter(([from, to]) => from <= at && at < to).length));
}

async function testIn(folder: string, count: number): Promise<RestoreRun> {
  writeFleet(join(folder, "fleet"), count);
  const app = await startFleetApp(folder, fleetYaml(count), { REPORTS_STORAGE: join(folder, "reports") });
  const { simulator, counted } = app;
  const { report, wallMs } = await app.runToReport<RestoreReport>({ kind: "restore-test" });
  const tests = report.clusters.map((test) => ({
    span: spanOf(test),
    busyMs: covered(workOn(simulator, test), spanOf(test)),
  }));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  await app.stop();
  return {
    clusters: count,
    passed: report.clusters.filter(({ verdict }) => verdict === "passed").length,
    makespanMs: Date.parse(report.endedAt) - Date.parse(report.startedAt),
    testMs: mean(tests.map(({ span: [from, to] }) => to - from)),
    busyMs: mean(tests.map(({ busyMs }) => busyMs)),
    mostAtATime: mostAtOnce(tests.map(({ span }) => span)),
    ...{ armCalls: counted.arm, kubernetesCalls: counted.kubernetes, wallMs },
    peakMiB: process.resourceUsage().maxRSS / 1024,
  };
}

const folder = mkdtempSync(join(tmpdir(), "drydock-bench-restore-"));
try {
  process.stdout.write(`${JSON.stringify(await testIn(folder, Number(process.argv[2])))}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
// What the SDKs keep open must not keep the process.
process.exit(0);
