import { getRequestListener } from "@hono/node-server";
import type { Hono } from "hono";
import type { Logger } from "pino";
import { AzureModel } from "./azure/azure-model.ts";
import { backupFaults } from "./backup/backup-faults.ts";
import { type ClockOrigin, createScaledClock, type SimulatorClock } from "./clock.ts";
import { clusterEnvironment } from "./cluster-environment.ts";
import { TOPIC_SECRET } from "./eventgrid/event-grid-api.ts";
import type { SendRequest } from "./eventgrid/webhook-request.ts";
import { createFaults, openFaultBook } from "./faults/faults.ts";
import { scenarioAzureFaults } from "./faults/model-faults.ts";
import { parseScenario, type Scenario } from "./faults/scenario.ts";
import { type Fleet, openFleet } from "./fleet/fleet.ts";
import { IDENTITY_HEADER_SECRET } from "./identity/managed-identity.ts";
import { createSimulatorLog } from "./log.ts";
import { createServices, type Services } from "./services.ts";
import { modelSettingsSchema } from "./settings.ts";
import { createSimulatorApp, type InspectAnswer } from "./simulator-app.ts";
import { createMemoryJournal, type Journal, openJournal } from "./state/journal.ts";
import { Store } from "./state/store.ts";
import { WEBHOOK_SECRET } from "./teams/webhook.ts";
import { serverCertificate } from "./tls/server-certificate.ts";
import { createTwoWayServer, type TwoWayServer } from "./tls/two-way-server.ts";
import { World } from "./world.ts";

/** What a simulator is made from. */
export interface SimulatorOptions {
  readonly fleetDirectory: string;
  /** Where the state is kept; without it the world lives in memory. */
  readonly stateDirectory?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  readonly seed: number;
  /** Without it: the machine's time, `speed` times as fast. */
  readonly clock?: SimulatorClock | undefined;
  readonly speed?: number | undefined;
  readonly clockOrigin?: ClockOrigin | undefined;
  readonly scenario?: Scenario | undefined;
  /** The `X-IDENTITY-HEADER` to expect; without it a random one, kept with the state. */
  readonly identityHeader?: string | undefined;
  /** pino's; default "info". */
  readonly logLevel?: string | undefined;
  /** Is told of each request when it has been answered, for those who check what was asked. */
  readonly onAnswer?: ((request: Request, status: number) => void) | undefined;
  /** Sees each answer of the model, for those who check what was answered. */
  readonly inspect?: InspectAnswer | undefined;
  /** Carries what Event Grid sends; the machine's network without it. */
  readonly send?: SendRequest | undefined;
}

/** A simulator that answers requests. */
export interface Simulator {
  readonly url: string;
  readonly app: Hono;
  readonly world: World;
  readonly azure: AzureModel;
  readonly services: Services;
  /** Where the app posts its cards; a secret. */
  readonly teamsWebhookUrl: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
  /** Where `EventGridPublisherClient` publishes, and its key; a secret. */
  readonly eventGridTopicEndpoint: string;
  readonly eventGridTopicKey: string;
  /** Stops answering and closes the state. Open watches are cut. */
  close(): Promise<void>;
}

/**
 * Starts a simulator in this process; it answers on 127.0.0.1 when the promise resolves. Rejects with an Error of one
 * sentence when the fleet folder, the state folder or the port cannot be used.
 */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const log = createSimulatorLog(options.logLevel ?? "info");
  const scenario = options.scenario ?? parseScenario({}, "scenario");
  const fleet = openFleet(options.fleetDirectory);
  const journal = options.stateDirectory === undefined ? createMemoryJournal() : openJournal(options.stateDirectory);
  let parts: Parts;
  let server: TwoWayServer;
  try {
    parts = createParts({ options, scenario, fleet, journal, log });
    server = createTwoWayServer(getRequestListener(toldOf(parts.app.fetch, options.onAnswer)), () =>
      serverCertificate(parts.azure.secrets),
    );
    await listen(server, options.port);
  } catch (error) {
    journal.close();
    throw error;
  }
  const { world, azure, app, services } = parts;
  world.catchUp();
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : options.port}`;
  services.open(url);
  log.info({ url, clusters: azure.clusters.size, seed: world.seed }, "the simulator answers");
  return {
    url,
    app,
    world,
    azure,
    services,
    teamsWebhookUrl: `${url}/teams/webhook/${azure.secrets.get(WEBHOOK_SECRET)}`,
    identityEndpoint: `${url}/msi/token`,
    identityHeader: azure.secrets.get(IDENTITY_HEADER_SECRET),
    eventGridTopicEndpoint: `${url}/api/events`,
    eventGridTopicKey: azure.secrets.get(TOPIC_SECRET),
    close: () => {
      services.close();
      return stop(server, world);
    },
  };
}

interface Parts {
  readonly world: World;
  readonly azure: AzureModel;
  readonly services: Services;
  readonly app: Hono;
}

interface Ground {
  readonly options: SimulatorOptions;
  readonly scenario: Scenario;
  readonly fleet: Fleet;
  readonly journal: Journal;
  readonly log: Logger;
}

function createParts({ options, scenario, fleet, journal, log }: Ground): Parts {
  const store = new Store(journal);
  const world = new World(store, options.clock ?? clockFor(options, journal.load("world")), options.seed);
  const book = openFaultBook(world, scenario);
  const settings = modelSettingsSchema.parse(scenario.settings);
  const { fleetDirectory, send } = options;
  const azure = new AzureModel(world, fleet, settings, {
    faults: scenarioAzureFaults(scenario, book, world),
    quotas: scenario.quotas,
    backupFaults: backupFaults(scenario.backup, world.startMs, book),
  });
  if (options.identityHeader !== undefined) azure.secrets.set(IDENTITY_HEADER_SECRET, options.identityHeader);
  const services = createServices({ azure, fleetDirectory, scenario, log, send });
  azure.equipClusters(clusterEnvironment(world, services, azure.backups.faults));
  const faults = createFaults(azure, scenario, book);
  const app = createSimulatorApp({ azure, services, faults, log, inspect: options.inspect });
  return { world, azure, services, app };
}

function toldOf(fetch: Hono["fetch"], onAnswer: SimulatorOptions["onAnswer"]): Hono["fetch"] {
  if (!onAnswer) return fetch;
  return async (request, ...rest) => {
    const response = await fetch(request, ...rest);
    onAnswer(request, response.status);
    return response;
  };
}

/** A world that was kept goes on from where it was, even when its clock ran ahead of ours. */
function clockFor(options: SimulatorOptions, facts: ReadonlyArray<readonly [string, unknown]>): SimulatorClock {
  const [, known] = facts[0] ?? [];
  const keptMs = typeof known === "object" && known !== null && "nowMs" in known ? Number(known.nowMs) : 0;
  const realMs = Date.now();
  const origin = options.clockOrigin ?? { realMs, virtualMs: Math.max(realMs, keptMs) };
  return createScaledClock(options.speed ?? 1, origin);
}

function listen(server: TwoWayServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "it is in use; choose another with --port" : error.message;
      reject(new Error(`cannot listen on port ${port}: ${reason}`, { cause: error }));
    });
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

function stop(server: TwoWayServer, world: World): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      world.close();
      resolve();
    });
    server.closeAllConnections();
  });
}
