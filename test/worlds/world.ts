import { rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import { createHostLog } from "../../local/log.ts";
import { subscriptionSettingsSchema } from "../../simulator/eventgrid/subscription.ts";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import { createSimulator, type Simulator } from "../../simulator/simulator.ts";
import { type Contract, createContract } from "../simulator/contract/contract.ts";
import type { FleetFile, Kill } from "./deeds.ts";
import { createDice } from "./dice.ts";
import { EventLog } from "./event-log.ts";
import { appFolder, worldFolder } from "./ground-folders.ts";
import { foundationsOf } from "./invariants/restores.ts";
import { type MemoryNetwork, openMemoryNetwork, type Party } from "./network/memory-network.ts";
import { forgetConnections } from "./network/new-connections.ts";
import { Observer } from "./observer.ts";
import { createPartyClock, type PartyClock } from "./party-clock.ts";
import { withBackups } from "./random-backups.ts";
import { type Design, fleetYaml, randomFleet, writeFleetFolder } from "./random-fleet.ts";
import { randomStory, type Story } from "./random-story.ts";
import { Trace } from "./trace.ts";

export const START_MS = Date.parse("2026-11-21T08:00:00Z");
/** The host comes back at the same address, where Event Grid and operators know it. */
const HOST_PORT = 7071;
/** Of so many worlds, one compares all answers with the references; it takes a tenth of its time. */
const COMPARED_EVERY = 5;
/** How long those who call the host wait for its answer. */
const CALL_SECONDS = 100;
/** Turns of the event loop that what a world leaves running gets to end before another begins. */
const LAST_TURNS = 50;

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
  readonly events: EventLog;
  fleetFile: FleetFile = "whole";
  /** What the answers of the simulated Azure are compared with, in some of the worlds. */
  contract: Contract | undefined;
  /** What was there when the world began; see `foundationsOf`. */
  readonly foundations = new Set<string>();
  readonly logged: string[] = [];
  /** Answers to operators that should have been others. */
  readonly answers: string[] = [];
  #simulator: Simulator | undefined;
  kills = 0;
  #steps = 0;
  readonly #ground: string;
  readonly #folder: string;
  readonly #network: MemoryNetwork;
  #running: Running | undefined;
  #release: () => void;

  /**
   * To be made, and to live, within the seed's chance (`withChance`).
   * @param ground the folder that worlds live in (`layGround`)
   */
  constructor(seed: number, ground: string) {
    this.seed = seed;
    this.#ground = ground;
    this.design = withBackups(createDice(seed, "backups"), randomFleet(createDice(seed, "fleet")));
    this.story = randomStory(createDice(seed, "story"), this.design);
    this.clock = createVirtualClock(START_MS);
    this.trace = new Trace(START_MS, () => this.clock.nowMs());
    this.observer = new Observer(this.trace, () => this.clock.nowMs());
    this.events = new EventLog(this.trace);
    this.#folder = worldFolder(ground, seed);
    this.#network = openMemoryNetwork(this.clock);
    this.#release = this.clock.hold();
  }

  /** The simulated Azure of this world. Throws before `begin`. */
  get simulator(): Simulator {
    if (!this.#simulator) throw new Error("the world has not begun");
    return this.#simulator;
  }

  /** The host, when it is up. */
  get host(): Host | undefined {
    return this.#running?.host;
  }

  /** Starts simulator and host. Time stands still until `pass`. */
  async begin(): Promise<void> {
    await forgetConnections();
    const fleetDirectory = join(this.#folder, "fleet");
    writeFleetFolder(this.design, fleetDirectory);
    // What Event Grid sends is the story's own, mistakes included.
    if (this.seed % COMPARED_EVERY === 0) this.contract = createContract();
    const { result } = this.#network.run("simulator", () =>
      createSimulator({
        fleetDirectory,
        port: 0,
        seed: this.seed,
        clock: this.clock,
        scenario: parseScenario(this.story.scenario, "the story"),
        identityHeader: "identity-header-of-this-world",
        logLevel: "silent",
        send: (request) => this.events.carry(request),
        inspect: this.contract?.inspect,
        onAnswer: (request, status) => this.#answered(request, status),
      }),
    );
    this.#simulator = await result;
    for (const { name } of this.design.clusters) this.observer.watch(this.simulator, name);
    for (const id of foundationsOf(this.simulator)) this.foundations.add(id);
    await this.#serveFleetFile();
    await this.startHost();
    await this.#subscribe();
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
    const clock = createPartyClock(this.clock, () => this.#stepped());
    const log = createHostLog("info", { write: (line) => void this.logged.push(line) });
    const { party, result } = this.#network.run("host", () =>
      createHost({
        appDirectory: appFolder(this.#ground),
        stateDirectory: this.stateDirectory,
        port: HOST_PORT,
        clock,
        log,
      }),
    );
    this.#running = { host: await result, party, clock };
    this.trace.add("the host is up");
  }

  /** Ends the host as SIGKILL would: mid-sentence. */
  endHost(): void {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#network.kill(running.party);
    running.clock.die();
    running.host.abandon();
  }

  /** Where the host keeps its state. */
  get stateDirectory(): string {
    return join(this.#folder, "state");
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

  /** Calls the host's API as an operator does; undefined when it is down, or gives no answer. */
  async call(path: string, body?: unknown): Promise<Response | undefined> {
    const host = this.#running?.host;
    if (!host) return undefined;
    const controller = new AbortController();
    // Whoever calls keeps time still, and the host may wait for it.
    const patience = this.clock.insist(this.clock.nowMs() + CALL_SECONDS * 1000, () => controller.abort());
    try {
      const response = await fetch(`${host.url}/api/v1${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { "x-functions-key": host.keys.host, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: controller.signal,
      });
      // Read to its end: what is not read is let go when memory is tidied up, which no seed decides.
      return new Response(await response.arrayBuffer(), { status: response.status, headers: response.headers });
    } catch {
      return undefined;
    } finally {
      patience.cancel();
    }
  }

  /** Ends everything and gives the process its network back. */
  async end(): Promise<void> {
    this.endHost();
    this.clock.stop();
    await this.#simulator?.close();
    this.#network.close();
    for (let turn = 0; turn < LAST_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Serves fleet.yaml as a blob: reading a file takes as long as the machine likes. */
  async #serveFleetFile(): Promise<void> {
    const text = fleetYaml(this.design);
    const server = createServer((_request, response) => {
      if (this.fleetFile === "away") response.writeHead(404);
      response.end(this.fleetFile === "whole" ? text : `${text}\nrings: twice`);
    });
    await this.#network.run("blob", () => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)))
      .result;
    const { port } = server.address() as AddressInfo;
    process.env.FLEET_CONFIG = `http://127.0.0.1:${port}/fleet.yaml`;
  }

  /** Subscribes the app to what AKS tells. */
  async #subscribe(): Promise<void> {
    const code = this.host?.keys.system("eventgrid_extension");
    const endpoint = `${this.host?.url}/runtime/webhooks/eventgrid?functionName=onContainerServiceEvent&code=${code}`;
    for (const { schema, ...limits } of this.story.subscriptions) {
      const settings = subscriptionSettingsSchema.parse({ endpoint, schema, ...limits });
      const { subscription } = await this.simulator.services.eventGrid.subscribe(`drydock-${schema}`, settings);
      if (subscription.provisioningState !== "Succeeded") throw new Error(`the app refused events as ${schema}`);
    }
  }

  #answered(request: Request, status: number): void {
    this.observer.answered(request, status);
    const next = this.#nextKill();
    if (next?.atRequest !== undefined && this.observer.requests >= next.atRequest) this.#kill(next);
  }

  #stepped(): void {
    this.#steps += 1;
    const next = this.#nextKill();
    if (next?.atStep === undefined || this.#steps < next.atStep) return;
    // When what runs just now has come to its end: a program dies between two instructions, not inside of ours.
    queueMicrotask(() => {
      if (this.#nextKill() === next) this.#kill(next);
    });
  }

  #nextKill(): Kill | undefined {
    return this.#running ? this.story.kills[this.kills] : undefined;
  }

  #kill({ downSeconds }: Kill): void {
    this.kills += 1;
    this.trace.add("the host is killed");
    this.endHost();
    const release = this.clock.hold();
    this.clock.at(this.clock.nowMs() + downSeconds * 1000, () => {
      const up = this.clock.hold();
      void this.startHost().finally(up);
    });
    setImmediate(release);
  }
}
