import type { Hono } from "hono";
import type { Logger } from "pino";
import type { AzureModel } from "./azure/azure-model.ts";
import { tellOfRollingPools } from "./eventgrid/cluster-events.ts";
import { EventGrid } from "./eventgrid/event-grid.ts";
import { createEventGridControl, createTopic } from "./eventgrid/event-grid-api.ts";
import { tellOfVersions } from "./eventgrid/version-events.ts";
import type { SendRequest } from "./eventgrid/webhook-request.ts";
import type { Scenario } from "./faults/scenario.ts";
import { commitFolder } from "./git/fleet-commit.ts";
import { createGitApi, type GitSection } from "./git/git-api.ts";
import { Repository } from "./git/repository.ts";
import { createPrometheus } from "./prometheus/prometheus-api.ts";
import { WorkloadHistories } from "./prometheus/workload-history.ts";
import { Registry } from "./registry/registry.ts";
import { createRegistryApi, createRegistryTokens } from "./registry/registry-api.ts";
import { tellOfImages } from "./registry/registry-events.ts";
import { imagesIn, seedImage } from "./registry/seed-images.ts";
import { TeamsInbox } from "./teams/inbox.ts";
import { createTeams } from "./teams/webhook.ts";

/** The registry of the fleet's own images. */
const LOGIN_SERVER = "registry.example.com";

/** The servers beside Azure's own API, each a model with a life of its own. */
export interface Services {
  readonly eventGrid: EventGrid;
  readonly registry: Registry;
  /** The fleet's Git repository; what was pushed to it is kept with the world. */
  readonly repository: Repository;
  /** What the monitoring remembers of the clusters' workloads. */
  readonly histories: WorkloadHistories;
  readonly git: GitSection;
  /** Begins what goes out by itself. `origin` is where the simulator is reached. */
  open(origin: string): void;
  /** Ends it; to be called before the state is closed. */
  close(): void;
}

/** What the servers are made from. */
export interface ServicesOptions {
  readonly azure: AzureModel;
  readonly fleetDirectory: string;
  readonly scenario: Scenario;
  readonly log: Logger;
  /** Carries what goes out; the machine's network without it. */
  readonly send?: SendRequest | undefined;
}

/** Makes the servers of a world; a new one begins with the fleet's folder as its repository, and with its images. */
export function createServices({ azure, fleetDirectory, scenario, log, send = fetch }: ServicesOptions): Services {
  const { world } = azure;
  const registry = new Registry(world, LOGIN_SERVER);
  const repository = new Repository(world);
  const histories = new WorkloadHistories(world);
  world.store.transaction(() => {
    if (registry.isEmpty) for (const image of imagesIn(fleetDirectory, LOGIN_SERVER)) seedImage(registry, image);
    if (repository.refs().length === 0) commitFolder(repository, fleetDirectory, world.startMs);
  });
  const eventGrid = new EventGrid({ world, log, section: scenario.events, send });
  tellOfRollingPools(azure, eventGrid);
  tellOfVersions(azure, eventGrid);
  tellOfImages(azure, registry, eventGrid);
  return {
    eventGrid,
    registry,
    repository,
    histories,
    git: scenario.git,
    open: (origin) => eventGrid.open(origin),
    close: () => eventGrid.close(),
  };
}

/** Serves them, each below its own path. */
export function mountServices(app: Pick<Hono, "route">, azure: AzureModel, services: Services): void {
  const { eventGrid, registry, repository, histories, git } = services;
  const { world, secrets } = azure;
  app.route("/api", createTopic(azure, eventGrid));
  app.route("/simulator", createEventGridControl(azure, eventGrid));
  app.route("/v2", createRegistryApi({ world, secrets, registry }));
  app.route("/oauth2", createRegistryTokens({ world, secrets, registry }));
  app.route("/git", createGitApi(repository, git));
  app.route("/prometheus", createPrometheus(azure, histories));
  app.route("/teams", createTeams(world, secrets, new TeamsInbox(world.store)));
}
