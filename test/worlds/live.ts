import { createHash } from "node:crypto";
import type { RunView } from "../../domain/api/run-view.ts";
import type { Finding } from "../../domain/finding.ts";
import type { UpgradeReport } from "../../domain/report.ts";
import type { RestoreReport } from "../../domain/restore/restore-report.ts";
import { type RunReport, runReportSchema } from "../../domain/run-report.ts";
import { type DurableState, readDurableState } from "./durable-state.ts";
import { perform } from "./perform.ts";
import { Reader } from "./reader.ts";
import { type Leak, leakedSecrets } from "./secrets.ts";
import { START_MS, type World } from "./world.ts";

/** What became of a world. */
export interface Outcome {
  readonly runs: readonly RunView[];
  /** Of all runs, by their ids. */
  readonly reported: ReadonlyMap<string, RunReport>;
  /** Of upgrades. */
  readonly reports: ReadonlyMap<string, UpgradeReport>;
  readonly restoreReports: readonly RestoreReport[];
  /** What the app says that it could not handle. */
  readonly deadLetters: ReadonlyArray<{ readonly eventId: string }>;
  /** Ids of events that Event Grid gave up, with why. */
  readonly undelivered: ReadonlyMap<string, string>;
  /** Ids of events that Event Grid never delivered to anybody. */
  readonly lost: readonly string[];
  /** How many events were told, taken, given up and lost, and how often they were sent. */
  readonly events: Readonly<Record<"told" | "sent" | "taken" | "undelivered" | "lost", number>>;
  /** How many faults of which kind the simulated Azure injected. */
  readonly faults: Readonly<Record<string, number>>;
  /** All that came to the Teams channel, as JSON. */
  readonly cards: string;
  /** Runs that did not end in time. */
  readonly endless: readonly string[];
  /** What the API should not have answered. */
  readonly complaints: readonly string[];
  readonly leaks: readonly Leak[];
  readonly histories: DurableState["histories"];
  readonly livedMs: number;
}

/** How long runs get to end by themselves after the story; what waits for people then is cancelled. */
const PATIENCE_MS = 9 * 86_400_000;
/** How long a cancelled run gets: an operation of Azure that hangs is waited for. */
const LAST_PATIENCE_MS = 2 * 86_400_000;

/** Lets a world live: does its deeds at their time, and waits until every run has ended. */
export async function live(world: World): Promise<Outcome> {
  const reader = new Reader(world);
  for (const deed of world.story.deeds) {
    const waitMs = START_MS + deed.atMinutes * 60_000 - world.clock.nowMs();
    if (waitMs > 0) await world.pass(waitMs);
    await perform(world, deed, reader);
  }
  return lookBack(world, reader, await settle(world, reader));
}

/** Waits until every run has ended; looks often at first, and then less and less often. Cancels what waits for too long. */
async function settle(world: World, reader: Reader): Promise<RunView[]> {
  const { eventGrid } = world.simulator.services;
  const leastMs = START_MS + world.story.livesMinutes * 60_000;
  const patientMs = Math.max(world.clock.nowMs(), leastMs) + PATIENCE_MS;
  let stepMs = 60_000;
  let quiet = 0;
  for (;;) {
    await world.pass(stepMs);
    stepMs = Math.min(stepMs * 2, 6 * 3_600_000);
    const runs = await reader.look();
    if (!runs) continue;
    const nowMs = world.clock.nowMs();
    const isOver = nowMs >= leastMs && eventGrid.shown().deliveries.length === 0;
    const open = runs.filter(({ status }) => status !== "finished");
    quiet = isOver && open.length === 0 ? quiet + 1 : 0;
    // An event that was just taken may not have become a run yet.
    if (quiet >= 3 || nowMs > patientMs + LAST_PATIENCE_MS) return runs;
    // Nobody forgets for days that a run is paused.
    const signal = nowMs > patientMs ? "cancel" : "resume";
    for (const { id } of open) await tidyUp(world, id, signal);
  }
}

/** How often the host is asked, a minute apart, when the world is looked back upon. */
const LAST_TRIES = 60;

/** Tells a run to come to its end; one that the signal does not fit goes on. */
async function tidyUp(world: World, id: string, signal: "resume" | "cancel"): Promise<void> {
  const response = await world.call(`/runs/${id}/signals`, { signal, by: "operator", reason: "the end of the story" });
  if (response?.status === 202) world.trace.add(`${signal} ${id}, at the end of the story`);
}

async function lookBack(world: World, reader: Reader, list: readonly RunView[]): Promise<Outcome> {
  const runs: RunView[] = [];
  const reports = new Map<string, RunReport>();
  for (const { id } of list) {
    const response = await askUntilAnswered(world, `/runs/${id}/report`);
    const run = await reader.lookAt(id);
    if (run) runs.push(run);
    if (response?.ok) reports.set(id, runReportSchema.parse(await response.json()));
  }
  for (const { id, verdict } of runs.toReversed()) {
    // The digest makes a difference in any time or count of the report a difference in the trace.
    const text = JSON.stringify(reports.get(id) ?? null);
    const digest = createHash("sha256").update(text).digest("hex").slice(0, 16);
    const blockers = findingsOf(reports.get(id)).filter(({ severity }) => severity === "blocker");
    const codes = [...new Set(blockers.map(({ code }) => code))].join(" ");
    world.trace.add(`run ${id}: ${[verdict, codes].filter(Boolean).join(" ")}, report ${digest}`);
  }
  const letters = (await readJson(world, "/dead-letters")) as { deadLetters: Outcome["deadLetters"] };
  const { app } = world.simulator;
  const cards = await (await app.request("/teams/messages")).text();
  const status = (await (await app.request("/simulator/status")).json()) as { faults: Outcome["faults"] };
  const { undelivered, lost, told } = whatEventGridDid(world);
  const kept = readDurableState(world);
  return {
    runs,
    reported: reports,
    reports: new Map([...reports].filter((entry): entry is [string, UpgradeReport] => entry[1].kind === "upgrade")),
    restoreReports: [...reports.values()].filter((report) => report.kind === "restore-test"),
    deadLetters: letters.deadLetters,
    undelivered,
    lost,
    events: {
      told: told.size,
      sent: world.events.sent,
      taken: [...told].filter((id) => world.events.accepted.has(id)).length,
      undelivered: [...told].filter((id) => undelivered.has(id) && !world.events.accepted.has(id)).length,
      lost: lost.length,
    },
    faults: status.faults,
    cards,
    endless: runs.filter((run) => run.status !== "finished").map(({ id }) => id),
    complaints: [...reader.complaints, ...world.answers],
    livedMs: world.clock.nowMs() - START_MS,
    histories: kept.histories,
    leaks: leakedSecrets(world, {
      cards,
      reports: JSON.stringify([...reports.values(), runs, letters]),
      "the host's log": world.logged.join("\n"),
      "the durable store": kept.text,
    }),
  };
}

/** All findings of a report, those of its parts included. */
function findingsOf(report: RunReport | undefined): readonly Finding[] {
  if (report?.kind !== "restore-test") return report?.findings ?? [];
  const tests = report.clusters.flatMap(({ findings, phases }) => [
    ...findings,
    ...phases.flatMap((phase) => phase.findings),
  ]);
  return [...report.findings, ...tests];
}

/** Which events never came to the app, as Event Grid tells it. */
function whatEventGridDid({ simulator, story, events }: World) {
  const { deadLetters } = simulator.services.eventGrid.shown();
  const undelivered = new Map(
    deadLetters.map(({ event }) => {
      const letter = event as { id: string; deadLetterReason?: string; deadletterreason?: string };
      return [letter.id, letter.deadLetterReason ?? letter.deadletterreason ?? ""];
    }),
  );
  const told = new Set(story.deeds.flatMap((deed) => (deed.kind === "event" ? [deed.event.id] : [])));
  const lost = [...told].filter((id) => !events.accepted.has(id) && !undelivered.has(id));
  return { undelivered, lost, told };
}

/** Asks until the host is there to answer: it may die of what it is asked, and comes back. */
async function askUntilAnswered(world: World, path: string): Promise<Response | undefined> {
  for (let attempt = 0; attempt < LAST_TRIES; attempt += 1) {
    const response = await world.call(path);
    if (response) return response;
    await world.pass(60_000);
  }
  return undefined;
}

async function readJson(world: World, path: string): Promise<unknown> {
  const response = await askUntilAnswered(world, path);
  if (!response?.ok) throw new Error(`GET ${path} was answered with ${response?.status ?? "nothing"}`);
  return response.json();
}
