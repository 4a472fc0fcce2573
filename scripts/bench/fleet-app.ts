/** The built app on the embedded host against a simulated fleet, all in one process and on one virtual clock, for benchmarks. */
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import { createHostLog } from "../../local/log.ts";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import { createSimulator, type Simulator } from "../../simulator/simulator.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../..");
const START_MS = Date.parse("2026-11-21T08:00:00Z");

/** An app that a benchmark runs something on. */
export interface FleetApp {
  readonly clock: VirtualClock;
  readonly simulator: Simulator;
  readonly host: Host;
  /** Requests that the simulated Azure was asked so far. */
  readonly counted: { readonly arm: number; readonly kubernetes: number };
  /** Starts a run and lets time go until it has its report; answers that, and how long it took in real time. */
  runToReport<R>(wish: object): Promise<{ readonly report: R; readonly wallMs: number }>;
  stop(): Promise<void>;
}

/**
 * Starts all parts. Time stands still until something is run.
 *
 * @param folder where the app and the host's state go; its folder `fleet` is the simulated fleet
 * @param settings of the app, beside those that lead to the simulator
 */
export async function startFleetApp(
  folder: string,
  fleetYaml: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<FleetApp> {
  const appDirectory = join(folder, "app");
  cpSync(join(ROOT, "host.json"), join(appDirectory, "host.json"));
  cpSync(join(ROOT, "dist"), join(appDirectory, "dist"), { recursive: true });
  writeFileSync(join(appDirectory, "package.json"), JSON.stringify({ main: "dist/main.cjs" }));
  writeFileSync(join(appDirectory, "fleet.yaml"), fleetYaml);
  const clock = createVirtualClock(START_MS);
  const counted = { arm: 0, kubernetes: 0 };
  const simulator = await createSimulator({
    ...{ fleetDirectory: join(folder, "fleet"), port: 0, seed: 1, clock, logLevel: "silent" },
    scenario: parseScenario({}, "bench"),
    onAnswer: ({ url }) => {
      const { pathname } = new URL(url);
      if (pathname.startsWith("/kubernetes/")) counted.kubernetes += 1;
      else if (/^\/(subscriptions|providers)\//.test(pathname)) counted.arm += 1;
    },
  });
  Object.assign(process.env, {
    AZURE_RESOURCE_MANAGER_ENDPOINT: simulator.url,
    IDENTITY_ENDPOINT: simulator.identityEndpoint,
    IDENTITY_HEADER: simulator.identityHeader,
    ...settings,
  });
  const log = createHostLog("error", process.stderr);
  const host = await createHost({ appDirectory, stateDirectory: join(folder, "state"), port: 0, clock, log });
  const release = clock.hold();
  const call = (path: string, body?: unknown) =>
    fetch(`${host.url}/api/v1/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "x-functions-key": host.keys.host, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    ...{ clock, simulator, host, counted },
    async runToReport<R>(wish: object) {
      const startedMs = performance.now();
      const asked = await call("runs", { ...wish, by: "bench", reason: "bench" });
      const { id } = (await asked.json()) as { id: string };
      release();
      for (;;) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const answer = await call(`runs/${id}/report`);
        if (!answer.ok) continue;
        const report = (await answer.json()) as R;
        const wallMs = performance.now() - startedMs;
        clock.hold();
        return { report, wallMs };
      }
    },
    async stop() {
      await host.stop();
      await simulator.close();
      clock.stop();
    },
  };
}
