import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { ZodType } from "zod";
import { type RestoreRunView, restoreRunViewSchema } from "../../domain/api/restore-view.ts";
import type { RunView } from "../../domain/api/run-view.ts";
import { type UpgradeRunView, upgradeRunViewSchema } from "../../domain/api/upgrade-view.ts";
import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import { createHostLog } from "../../local/log.ts";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { noteRequest, takeUnknown } from "../infra/roles/used-operations.ts";
import { createCheckedSimulator } from "../simulator/contract/checked-simulator.ts";
import { builtApp } from "./built-app.ts";

const ROOT = join(import.meta.dirname, "../..");
export const START_MS = Date.parse("2026-11-21T08:00:00Z");
/** The app's host, when the run of a test is not heard of for so long (real time), is stuck. */
const STUCK_MS = 60_000;
/** Longest that time goes on between two looks at a run. */
const STEP_MS = 10 * 60_000;

/** The app's bundle on the embedded host, against the simulator over HTTP, all on one virtual clock. */
export interface TestWorld {
  readonly host: Host;
  readonly simulator: Simulator;
  readonly clock: VirtualClock;
  readonly logged: readonly string[];
  /** What the simulator was asked, as `GET /path?query`, oldest first. */
  readonly requests: readonly string[];
  /** Ends the host as the end of its process would, and starts another on what it kept; for worlds that keep their state. */
  crash(): Promise<void>;
  /** Lets time go on. */
  pass(seconds: number): Promise<void>;
  /** Calls the operator API. */
  api(path: string, init?: { method?: string; body?: unknown; raw?: string; key?: string | null }): Promise<Response>;
  /** Posts events to the webhook as Event Grid does. */
  postEvents(events: unknown, init?: { raw?: string; key?: string }): Promise<Response>;
  /** Lets time go on while something is waited for; between calls time stands still. */
  during<T>(call: () => Promise<T>): Promise<T>;
  /** As `during`, in small steps: for questions whose answer would be another by tomorrow. */
  slowly<T>(call: () => Promise<T>): Promise<T>;
  /** Lets time go on until a run meets a condition, and stops it there. Between calls time stands still. */
  until(id: string, condition: (run: UpgradeRunView) => boolean): Promise<UpgradeRunView>;
  /** Lets time go on until a run has ended. */
  ended(id: string): Promise<UpgradeRunView>;
  /** As `until` and `ended`, for a run of restore tests. */
  untilTests(id: string, condition: (run: RestoreRunView) => boolean): Promise<RestoreRunView>;
  testsEnded(id: string): Promise<RestoreRunView>;
  /** The id of the newest run, as soon as one is listed. */
  newestRun(): Promise<string>;
  /** The cards that Teams got, newest last. */
  cards(): Promise<unknown[]>;
}

interface WorldOptions {
  readonly scenario?: unknown;
  readonly seed?: number;
  /** In place of the sample's: what the simulated Azure holds. */
  readonly fleetDirectory?: string;
  /** Changes the sample's fleet.yaml; the simulator's URL is there for what the fleet measures. */
  readonly fleetYaml?: (text: string, simulatorUrl: string) => string;
  /** Whether the host keeps its state, so that it can crash. */
  readonly keepsState?: boolean;
  /** Settings beside those that lead to the simulator; undefined takes one away. */
  readonly settings?: Readonly<Record<string, string | undefined>>;
}

/** Leaves only some clusters in the sample's fleet.yaml, and no restore tests, for tests to which the others do not matter. */
export function onlyClusters(...names: string[]): (yaml: string) => string {
  const entry = / {2}- name: (\S+)\n {4}ring: \S+\n {4}resourceId: \S+\n/g;
  return (yaml) =>
    yaml
      .replace(/\nrestoreTests:\n.*/s, "\n")
      .replaceAll(entry, (whole, name: string) => (names.includes(name) ? whole : ""));
}

/** Builds the app once for a file's tests, and gives a fresh world to each that asks; they end with their test. */
export function useWorlds(): (options?: WorldOptions) => Promise<TestWorld> {
  let app = "";
  const open: OpenWorld[] = [];
  beforeAll(async () => {
    app = mkdtempSync(join(tmpdir(), "drydock-app-"));
    // A folder of its own: fleet.yaml lies in it.
    cpSync(await builtApp(), app, { recursive: true });
  });
  afterEach(async () => {
    for (const world of open.splice(0)) {
      await world.host.stop();
      if (world.stateDirectory) rmSync(world.stateDirectory, { recursive: true, force: true });
      await world.simulator.close();
      world.clock.stop();
    }
    expect(takeUnknown(), "asked for, and in no role of infra/roles: see npm run roles").toEqual([]);
  });
  afterAll(() => rmSync(app, { recursive: true, force: true }));
  return async (options = {}) => {
    const world = await startWorld(app, options);
    open.push(world);
    return world;
  };
}

interface OpenWorld extends TestWorld {
  readonly stateDirectory: string | undefined;
}

async function startWorld(app: string, options: WorldOptions): Promise<OpenWorld> {
  const clock = createVirtualClock(START_MS);
  const requests: string[] = [];
  const simulator = await createCheckedSimulator({
    onAnswer: (request) => {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      noteRequest(request);
    },
    fleetDirectory: options.fleetDirectory ?? join(ROOT, "fleet"),
    port: 0,
    seed: options.seed ?? 1,
    clock,
    scenario: parseScenario(options.scenario ?? {}, "test"),
    logLevel: "error",
  });
  const yaml = readFileSync(join(ROOT, "fleet.yaml"), "utf8");
  writeFileSync(join(app, "fleet.yaml"), options.fleetYaml?.(yaml, simulator.url) ?? yaml);
  const settings: Record<string, string | undefined> = {
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    IDENTITY_ENDPOINT: simulator.identityEndpoint,
    IDENTITY_HEADER: simulator.identityHeader,
    TEAMS_WEBHOOK_URL: simulator.teamsWebhookUrl,
    DAILY_SEARCH_SCHEDULE: undefined,
    API_AUTH: undefined,
    WEBSITE_AUTH_ENABLED: undefined,
    ...options.settings,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const logged: string[] = [];
  const log = createHostLog("info", { write: (line: string) => void logged.push(line) });
  const stateDirectory = options.keepsState ? mkdtempSync(join(tmpdir(), "drydock-state-")) : undefined;
  const newHost = () => createHost({ appDirectory: app, stateDirectory, port: 0, clock, log });
  const parts = { host: await newHost(), simulator, clock, logged, requests };
  const crash = async () => {
    parts.host.abandon();
    parts.host = await newHost();
  };
  return {
    ...withCalls(parts, crash),
    stateDirectory,
    get host() {
      return parts.host;
    },
  };
}

type Parts = Pick<TestWorld, "host" | "simulator" | "clock" | "logged" | "requests">;

function withCalls(parts: Parts, crash: () => Promise<void>): TestWorld {
  const { simulator, clock } = parts;
  let release = clock.hold();
  // Lets time jump some times, but not past a run's end into next week; what is then due runs before the test looks again.
  const step = async (jumps: number) => {
    let halted: (() => void) | undefined;
    const limit = clock.at(clock.nowMs() + STEP_MS, () => {
      halted = clock.hold();
    });
    release();
    for (let jump = 0; jump < jumps && !halted; jump += 1) {
      const beforeMs = clock.nowMs();
      for (let turns = 0; clock.nowMs() === beforeMs && turns < 1_000; turns += 1) await new Promise(setImmediate);
    }
    limit.cancel();
    release = halted ?? clock.hold();
  };
  const api: TestWorld["api"] = (path, { method = "GET", body, raw, key = parts.host.keys.host } = {}) =>
    fetch(`${parts.host.url}/api/v1/${path}`, {
      method,
      headers: { ...(key === null ? {} : { "x-functions-key": key }), "content-type": "application/json" },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const during: TestWorld["during"] = async (call) => {
    release();
    try {
      return await call();
    } finally {
      release = clock.hold();
    }
  };
  const pass: TestWorld["pass"] = async (seconds) => {
    let isOver = false;
    clock.at(clock.nowMs() + seconds * 1000, () => {
      isOver = true;
    });
    while (!isOver) await step(1);
  };
  const slowly: TestWorld["slowly"] = async (call) => {
    let isOver = false;
    const answer = call().finally(() => {
      isOver = true;
    });
    answer.catch(() => {});
    while (!isOver) await pass(0.1);
    return answer;
  };
  const untilIn = async <R extends RunView>(
    jumps: number,
    id: string,
    schema: ZodType<R>,
    condition: (run: R) => boolean,
  ): Promise<R> => {
    const deadline = performance.now() + STUCK_MS;
    for (;;) {
      const response = await api(`runs/${id}`);
      if (!response.ok) throw new Error(`run ${id} cannot be read: ${response.status} ${await response.text()}`);
      const run = schema.parse(await response.json());
      if (condition(run)) return run;
      if (run.status === "finished" || performance.now() > deadline) {
        throw new Error(`the run did not come to it: ${JSON.stringify(run)}`);
      }
      await step(jumps);
    }
  };
  return {
    ...parts,
    crash,
    api,
    during,
    pass,
    slowly,
    until: (id, condition) => untilIn(1, id, upgradeRunViewSchema, condition),
    ended: (id) => untilIn(10, id, upgradeRunViewSchema, ({ status }) => status === "finished"),
    untilTests: (id, condition) => untilIn(1, id, restoreRunViewSchema, condition),
    testsEnded: (id) => untilIn(10, id, restoreRunViewSchema, ({ status }) => status === "finished"),
    async newestRun() {
      for (;;) {
        const { runs } = (await (await api("runs")).json()) as { runs: Array<{ id: string }> };
        if (runs[0]) return runs[0].id;
        await step(1);
      }
    },
    postEvents: (events, { raw, key = parts.host.keys.system("eventgrid_extension") } = {}) =>
      fetch(`${parts.host.url}/runtime/webhooks/eventgrid?functionName=onContainerServiceEvent&code=${key}`, {
        method: "POST",
        headers: { "aeg-event-type": "Notification", "content-type": "application/json" },
        body: raw ?? JSON.stringify(events),
      }),
    async cards() {
      const response = await fetch(`${simulator.url}/teams/messages`);
      return ((await response.json()) as { messages: Array<{ card: unknown }> }).messages.map(({ card }) => card);
    },
  };
}

/** The resource id of a cluster of the sample fleet. */
export function clusterId(name: string): string {
  return `/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-${name}/providers/Microsoft.ContainerService/managedClusters/${name}`;
}

/** An event in the Event Grid schema, as AKS sends it. */
export function newVersionEvent(id: string, cluster = clusterId("dev-weu"), changes: object = {}) {
  return {
    topic: cluster,
    subject: cluster.split("/").at(-1),
    eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
    id,
    data: {
      latestSupportedKubernetesVersion: "1.34.2",
      latestStableKubernetesVersion: "1.33.6",
      lowestMinorKubernetesVersion: "1.32.9",
      latestPreviewKubernetesVersion: "1.35.0",
    },
    dataVersion: "1",
    metadataVersion: "1",
    eventTime: "2026-11-21T08:00:00Z",
    ...changes,
  };
}
