/**
 * Measures how long an event waits: from its POST to the Event Grid webhook of the embedded host to the moment the first
 * activity of its run begins, in real time, with the built host, app and simulator as programs of their own. Each run is
 * terminated before the next event, so that they do not disturb each other.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Measured, median, peakMiBOf, report, spread } from "./measurement.ts";

const EVENTS = 15;
const WARM_UP = 3;
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const SUBSCRIPTION = "/subscriptions/11111111-2222-3333-4444-555555555555";
const CLUSTER = `${SUBSCRIPTION}/resourceGroups/rg-dev-weu/providers/Microsoft.ContainerService/managedClusters/dev-weu`;

interface Program {
  readonly child: ChildProcess;
  readonly ready: Readonly<Record<string, string>>;
  /** Called with each line of its log. */
  readonly listeners: Set<(line: string) => void>;
}

const children: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), "drydock-bench-"));

/** Starts one of the built programs; resolves when it is ready. */
async function start(file: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Program> {
  const child = spawn(process.execPath, [join(root, "dist", file), ...args], {
    cwd: root,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const listeners = new Set<(line: string) => void>();
  let last = "";
  createInterface({ input: child.stderr }).on("line", (line) => {
    last = line;
    for (const listener of listeners) listener(line);
  });
  const ready = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`${file} ended with ${code}: ${last}`)));
  });
  return { child, ready: JSON.parse(ready), listeners };
}

function event(): object {
  return {
    id: randomUUID(),
    topic: CLUSTER,
    subject: "dev-weu",
    eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
    eventTime: new Date().toISOString(),
    data: {
      latestSupportedKubernetesVersion: "1.34.2",
      latestStableKubernetesVersion: "1.33.6",
      lowestMinorKubernetesVersion: "1.33.6",
      latestPreviewKubernetesVersion: "1.35.0",
    },
    dataVersion: "1",
    metadataVersion: "1",
  };
}

async function post(url: string, body?: object): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "aeg-event-type": "Notification" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${new URL(url).pathname} answered ${response.status}: ${await response.text()}`);
}

/** Posts an event and answers how many milliseconds it took until an activity began; ends what it started. */
async function sample(host: Program, keys: { eventgrid: string; durable: string }): Promise<number> {
  const began = Promise.withResolvers<{ atMs: number; instanceId: string }>();
  const listener = (line: string) => {
    const atMs = performance.now();
    if (line.includes('"activity begins"')) began.resolve({ atMs, instanceId: JSON.parse(line).instanceId });
  };
  host.listeners.add(listener);
  const { url } = host.ready;
  const startedMs = performance.now();
  await post(`${url}/runtime/webhooks/eventgrid?functionName=onContainerServiceEvent&code=${keys.eventgrid}`, [
    event(),
  ]);
  const { atMs, instanceId } = await began.promise;
  host.listeners.delete(listener);
  const instances = `${url}/runtime/webhooks/durabletask/instances/${instanceId}`;
  await post(`${instances}/terminate?reason=measured&code=${keys.durable}`);
  let status = 202;
  while (status === 202) status = (await fetch(`${instances}?code=${keys.durable}`)).status;
  return atMs - startedMs;
}

async function measure(): Promise<Measured[]> {
  const simulator = await start("simulator.js", ["--fleet", "fleet", "--port", "0"], process.env);
  const { url: azure = "", teamsWebhookUrl = "", identityEndpoint = "", identityHeader = "" } = simulator.ready;
  const host = await start("local.js", ["host", "--app", root, "--port", "0", "--state", folder], {
    ...process.env,
    LOG_LEVEL: "debug",
    FLEET_CONFIG: "fleet.yaml",
    AZURE_RESOURCE_MANAGER_ENDPOINT: azure,
    IDENTITY_ENDPOINT: identityEndpoint,
    IDENTITY_HEADER: identityHeader,
    TEAMS_WEBHOOK_URL: teamsWebhookUrl,
  });
  const { system } = JSON.parse(readFileSync(host.ready.keyFile ?? "", "utf8"));
  const keys = { eventgrid: system.eventgrid_extension, durable: system.durabletask_extension };
  const first = await sample(host, keys);
  for (let count = 0; count < WARM_UP; count += 1) await sample(host, keys);
  const times: number[] = [];
  for (let count = 0; count < EVENTS; count += 1) times.push(await sample(host, keys));
  const peakMiB = peakMiBOf(host.child);
  const beside = `the simulator beside it: ${peakMiBOf(simulator.child)?.toFixed(0) ?? "?"} MiB`;
  return [
    { what: "event to first activity", value: median(times), unit: "ms", how: spread(times), peakMiB },
    { what: "the same, first event of a new process", value: first, unit: "ms", how: `once; ${beside}`, peakMiB },
  ];
}

try {
  report(await measure());
} finally {
  await Promise.all(
    children.map((child) => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      return child.kill() ? ended : undefined;
    }),
  );
  rmSync(folder, { recursive: true, force: true });
}
