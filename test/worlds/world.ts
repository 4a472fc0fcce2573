import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import { createHostLog } from "../../local/log.ts";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import { createSimulator, type Simulator } from "../../simulator/simulator.ts";
import { createDice } from "./dice.ts";
import { type MemoryNetwork, openMemoryNetwork, type Party } from "./network/memory-network.ts";
import { Observer } from "./observer.ts";
import { createPartyClock, type PartyClock } from "./party-clock.ts";
import { type Design, fleetYaml, randomFleet, writeFleetFolder } from "./random-fleet.ts";
import { randomStory, type Story } from "./random-story.ts";
import { seedChance } from "./seeded-chance.ts";
import { Trace } from "./trace.ts";

export const START_MS = Date.parse("2026-11-21T08:00:00Z");
const ROOT = join(import.meta.dirname, "../..");

/** The host while it is up, and all that ends with it. */
interface Running {
  readonly host: Host;
  readonly party: Party;
  readonly clock: PartyClock;
}

/** App, host and simulator in one process, on one virtual clock and one seed, with a network of their own. */
export class World {
  readonly seed: number;
  readonly design: Design;
  readonly story: Story;
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly observer: Observer;
  readonly logged: string[] = [];
  simulator!: Simulator;
  kills = 0;
  readonly #bundle: string;
  readonly #folder: string;
  readonly #network: MemoryNetwork;
  readonly #unseed: () => void;
  #running: Running | undefined;
  #release: () => void;

  /** @param bundle the app, built: dist/main.cjs or a mutant of it */
  constructor(seed: number, bundle: string) {
    this.seed = seed;
    this.#bundle = bundle;
    this.design = randomFleet(createDice(seed, "fleet"));
    this.story = randomStory(createDice(seed, "story"), this.design);
    this.clock = createVirtualClock(START_MS);
    this.trace = new Trace(START_MS, () => this.clock.nowMs());
    this.observer = new Observer(this.trace, () => this.clock.nowMs());
    this.#folder = mkdtempSync(join(tmpdir(), "drydock-world-"));
    this.#network = openMemoryNetwork();
    this.#unseed = seedChance(seed);
    this.#release = this.clock.hold();
  }

  /** The host, when it is up. */
  get host(): Host | undefined {
    return this.#running?.host;
  }

  /** Starts simulator and host. Time stands still until `pass`. */
  async begin(): Promise<void> {
    const fleetDirectory = join(this.#folder, "fleet");
    writeFleetFolder(this.design, fleetDirectory);
    const { result } = this.#network.run("simulator", () =>
      createSimulator({
        fleetDirectory,
        port: 0,
        seed: this.seed,
        clock: this.clock,
        scenario: parseScenario(this.story.scenario, "the story"),
        identityHeader: "identity-header-of-this-world",
        logLevel: "silent",
        onAnswer: (request, status) => this.#answered(request, status),
      }),
    );
    this.simulator = await result;
    for (const { name } of this.design.clusters) this.observer.watch(this.simulator, name);
    const app = join(this.#folder, "app");
    mkdirSync(join(app, "dist"), { recursive: true });
    cpSync(this.#bundle, join(app, "dist/main.cjs"));
    cpSync(join(ROOT, "host.json"), join(app, "host.json"));
    writeFileSync(join(app, "package.json"), JSON.stringify({ main: "dist/main.cjs" }));
    writeFileSync(join(app, "fleet.yaml"), fleetYaml(this.design));
    await this.startHost();
  }

  /** Starts the host on the state that the one before it left. */
  async startHost(): Promise<void> {
    const { url, identityEndpoint, identityHeader, teamsWebhookUrl } = this.simulator;
    Object.assign(process.env, {
      AZURE_RESOURCE_MANAGER_ENDPOINT: url,
      IDENTITY_ENDPOINT: identityEndpoint,
      IDENTITY_HEADER: identityHeader,
      TEAMS_WEBHOOK_URL: teamsWebhookUrl,
    });
    const clock = createPartyClock(this.clock);
    const log = createHostLog("warn", { write: (line) => void this.logged.push(line) });
    const { party, result } = this.#network.run("host", () =>
      createHost({
        appDirectory: join(this.#folder, "app"),
        stateDirectory: join(this.#folder, "state"),
        port: 0,
        clock,
        log,
      }),
    );
    this.#running = { host: await result, party, clock };
    this.trace.add("the host is up");
  }

  /** Ends the host as SIGKILL would: mid-sentence. */
  killHost(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.kills += 1;
    this.trace.add("the host is killed");
    this.#network.kill(running.party);
    running.clock.die();
    running.host.abandon();
  }

  /** Lets some time go by. */
  pass(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.at(this.clock.nowMs() + ms, () => {
        this.#release = this.clock.hold();
        resolve();
      });
      this.#release();
    });
  }

  /** Calls the host as somebody outside would; undefined when it is down. */
  async call(
    path: string,
    init: { method?: string; body?: unknown; key?: "function" | "events" } = {},
  ): Promise<Response | undefined> {
    const host = this.#running?.host;
    if (!host) return undefined;
    const key = init.key === "events" ? host.keys.system("eventgrid_extension") : host.keys.host;
    try {
      return await fetch(`${host.url}${path}`, {
        method: init.method ?? "GET",
        headers: { "x-functions-key": key, "aeg-event-type": "Notification", "content-type": "application/json" },
        ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
      });
    } catch {
      return undefined;
    }
  }

  /** Ends everything and gives the process its network and its chance back. */
  async end(): Promise<void> {
    this.killHost();
    this.kills -= 1;
    this.clock.stop();
    await this.simulator.close();
    this.#network.close();
    this.#unseed();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #answered(request: Request, status: number): void {
    this.observer.answered(request, status);
    const next = this.story.kills[this.kills];
    if (next && this.#running && this.observer.requests >= next.atRequest) {
      this.killHost();
      const release = this.clock.hold();
      this.clock.at(this.clock.nowMs() + next.downSeconds * 1000, () => {
        const up = this.clock.hold();
        void this.startHost().finally(up);
      });
      setImmediate(release);
    }
  }
}
