import { createHash } from "node:crypto";
import type { z } from "zod";
import type { runViewSchema } from "../../domain/api/run-view.ts";
import { type UpgradeReport, upgradeReportSchema } from "../../domain/report.ts";
import type { Deed } from "./random-story.ts";
import { START_MS, type World } from "./world.ts";

type RunView = z.infer<typeof runViewSchema>;

/** What became of a world. */
export interface Outcome {
  readonly runs: readonly RunView[];
  readonly reports: ReadonlyMap<string, UpgradeReport>;
  readonly deadLetters: ReadonlyArray<{ readonly eventId: string }>;
  /** How many faults of which kind the simulated Azure injected. */
  readonly faults: Readonly<Record<string, number>>;
  /** All that came to the Teams channel, as JSON. */
  readonly cards: string;
  /** Ids of events that the host took. */
  readonly accepted: ReadonlySet<string>;
  /** Runs that did not end in time. */
  readonly endless: readonly string[];
  readonly livedMs: number;
}

/** A sender that gets no 2xx tries again after these, and then every five minutes (Event Grid's schedule, shortened). */
const RETRY_SECONDS = [10, 30, 60, 300];
/** Longest that a world may live after the last deed. */
const PATIENCE_MS = 12 * 86_400_000;

/** Lets a world live: does its deeds at their time, and waits until every run has ended. */
export async function live(world: World): Promise<Outcome> {
  const accepted = new Set<string>();
  const pending: Array<{ dueMs: number; deed: Deed; tries: number }> = world.story.deeds.map((deed) => ({
    dueMs: START_MS + deed.atMinutes * 60_000,
    deed,
    tries: 0,
  }));
  while (pending.length > 0) {
    pending.sort((left, right) => left.dueMs - right.dueMs);
    const next = pending.shift();
    if (!next) break;
    const waitMs = next.dueMs - world.clock.nowMs();
    if (waitMs > 0) await world.pass(waitMs);
    if (await perform(world, next.deed, accepted)) continue;
    const delaySeconds = RETRY_SECONDS[next.tries] ?? 300;
    pending.push({ dueMs: world.clock.nowMs() + delaySeconds * 1000, deed: next.deed, tries: next.tries + 1 });
  }
  return settle(world, accepted);
}

/** Does a deed; answers whether it is done, as far as the world is concerned. */
async function perform(world: World, deed: Deed, accepted: Set<string>): Promise<boolean> {
  switch (deed.kind) {
    case "event": {
      const path = "/runtime/webhooks/eventgrid?functionName=onContainerServiceEvent";
      const response = await world.call(path, { method: "POST", body: [deed.event], key: "events" });
      world.trace.add(`event ${deed.id} -> ${response?.status ?? "no answer"}`);
      if (!response?.ok) return false;
      accepted.add(deed.id);
      return true;
    }
    case "start": {
      const clusters = deed.clusters === null ? {} : { clusters: deed.clusters };
      const body = { kind: "upgrade", by: "operator", reason: "a world", ...clusters };
      const response = await world.call("/api/v1/runs", { method: "POST", body });
      world.trace.add(`start ${deed.clusters?.join(" ") ?? "all"} -> ${response?.status ?? "no answer"}`);
      return response !== undefined;
    }
    case "cancel": {
      const [run] = await listRuns(world);
      if (!run || run.status === "finished") return true;
      const body = { signal: "cancel", by: "operator", reason: "a world" };
      const response = await world.call(`/api/v1/runs/${run.id}/signals`, { method: "POST", body });
      world.trace.add(`cancel ${run.id} -> ${response?.status ?? "no answer"}`);
      return true;
    }
    case "scale":
    case "forbid":
      meddle(world, deed);
      return true;
  }
}

/** People change something on a cluster. */
function meddle(world: World, deed: Deed & { kind: "scale" | "forbid" }): void {
  const { azure } = world.simulator;
  const cluster = azure.kubernetes(deed.cluster);
  world.trace.add(`somebody changes ${deed.cluster}: ${deed.kind} ${deed.workload}`);
  world.observer.meddling = true;
  azure.world.change(() => {
    if (deed.kind === "scale") {
      const [deployment] = cluster
        .table("deployments")
        .list()
        .filter(({ metadata }) => metadata.name === deed.workload);
      if (!deployment) return;
      const spec = { ...deployment.spec, replicas: deed.replicas };
      cluster.table("deployments").update({ ...deployment, spec });
    } else {
      const [pod] = cluster
        .table("pods")
        .list()
        .filter(({ metadata }) => metadata.labels?.app === deed.workload);
      const budgets = cluster.table("poddisruptionbudgets");
      if (!pod?.metadata.namespace || budgets.find(pod.metadata.namespace, "by-hand")) return;
      budgets.create({
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: { name: "by-hand", namespace: pod.metadata.namespace },
        spec: { maxUnavailable: 0, selector: { matchLabels: { app: deed.workload } } },
      });
    }
  });
  world.observer.meddling = false;
}

async function listRuns(world: World): Promise<RunView[]> {
  const response = await world.call("/api/v1/runs?limit=200");
  if (!response?.ok) return [];
  const { runs } = (await response.json()) as { runs: unknown[] };
  return runs as RunView[];
}

/** Waits until every run has ended; looks often at first, and then less and less often. */
async function settle(world: World, accepted: ReadonlySet<string>): Promise<Outcome> {
  const deadlineMs = world.clock.nowMs() + PATIENCE_MS;
  let stepMs = 60_000;
  let quiet = 0;
  let runs: RunView[] = [];
  for (;;) {
    await world.pass(stepMs);
    stepMs = Math.min(stepMs * 1.4, 6 * 3_600_000);
    if (!world.host) continue;
    runs = await listRuns(world);
    const isQuiet = runs.every(({ status }) => status === "finished");
    quiet = isQuiet ? quiet + 1 : 0;
    // An event that was just taken may not have become a run yet.
    if (quiet >= 3 || world.clock.nowMs() > deadlineMs) break;
  }
  const reports = new Map<string, UpgradeReport>();
  for (const { id } of runs) {
    const response = await world.call(`/api/v1/runs/${id}/report`);
    if (response?.ok) reports.set(id, upgradeReportSchema.parse(await response.json()));
  }
  const cards = await (await world.simulator.app.request("/teams/messages")).text();
  const status = await (await world.simulator.app.request("/simulator/status")).json();
  for (const { id, verdict } of runs.toReversed()) {
    // The digest makes a difference in any time or count of the report a difference in the trace.
    const digest = createHash("sha256")
      .update(JSON.stringify(reports.get(id) ?? null))
      .digest("hex");
    world.trace.add(`run ${id}: ${verdict}, report ${digest.slice(0, 16)}`);
  }
  return {
    runs,
    reports,
    deadLetters: await readDeadLetters(world),
    faults: (status as { faults: Outcome["faults"] }).faults,
    cards,
    accepted,
    endless: runs.filter(({ status }) => status !== "finished").map(({ id }) => id),
    livedMs: world.clock.nowMs() - START_MS,
  };
}

async function readDeadLetters(world: World): Promise<Outcome["deadLetters"]> {
  const response = await world.call("/api/v1/dead-letters");
  if (!response?.ok) throw new Error("the dead letters cannot be read");
  const { deadLetters } = (await response.json()) as { deadLetters: Outcome["deadLetters"] };
  return deadLetters;
}
