import type { Hono } from "hono";
import type { Logger } from "pino";
import type { AzureModel } from "./azure/azure-model.ts";
import { tellOfRollingPools } from "./eventgrid/cluster-events.ts";
import { EventGrid } from "./eventgrid/event-grid.ts";
import { createEventGridControl, createTopic } from "./eventgrid/event-grid-api.ts";
import type { SendRequest } from "./eventgrid/webhook-request.ts";
import type { Scenario } from "./faults/scenario.ts";
import { commitFolder } from "./git/fleet-commit.ts";
import { createGitApi, type GitSection } from "./git/git-api.ts";
import { Repository } from "./git/repository.ts";
import type { ClusterEnvironment } from "./kubernetes/model/cluster-model.ts";
import { createPrometheus } from "./prometheus/prometheus-api.ts";
import { WorkloadHistories } from "./prometheus/workload-history.ts";
import { Registry } from "./registry/registry.ts";
import { createRegistryApi, createRegistryTokens } from "./registry/registry-api.ts";
import { tellOfImages } from "./registry/registry-events.ts";
import { imagesIn, seedImage } from "./registry/seed-images.ts";
import { TeamsInbox } from "./teams/inbox.ts";
import { createTeams } from "./teams/webhook.ts";
import type { World } from "./world.ts";

/** The registry of the fleet's own images. */
const LOGIN_SERVER = "registry.example.com";

/** What the clusters live among; it is there before they are. */
export interface Surroundings {
  readonly registry: Registry;
  /** The fleet's Git repository; what was pushed to it is kept with the world. */
  readonly repository: Repository;
  readonly histories: WorkloadHistories;
  readonly environment: ClusterEnvironment;
}

/** Makes what the clusters live among; a new world begins with the fleet's folder as its repository, and with its images. */
export function createSurroundings(world: World, fleetDirectory: string): Surroundings {
  const registry = new Registry(world, LOGIN_SERVER);
  const repository = new Repository(world);
  const histories = new WorkloadHistories(world);
  world.store.transaction(() => {
    if (registry.isEmpty) for (const image of imagesIn(fleetDirectory, LOGIN_SERVER)) seedImage(registry, image);
    if (repository.refs().length === 0) commitFolder(repository, fleetDirectory, world.startMs);
  });
  return { registry, repository, histories, environment: { images: registry, controllers: [histories.controller()] } };
}

/** The servers beside Azure's own API, each a model with a life of its own. */
export interface Services extends Surroundings {
  readonly eventGrid: EventGrid;
  readonly git: GitSection;
  /** Begins what goes out by itself. `origin` is where the simulator is reached. */
  open(origin: string): void;
  /** Ends it; to be called before the state is closed. */
  close(): void;
}

/** What the servers are made from. */
export interface ServicesOptions {
  readonly azure: AzureModel;
  readonly surroundings: Surroundings;
  readonly scenario: Scenario;
  readonly log: Logger;
  /** Carries what goes out; the machine's network without it. */
  readonly send?: SendRequest | undefined;
}

/** Makes the servers of a world. */
export function createServices({ azure, surroundings, scenario, log, send = fetch }: ServicesOptions): Services {
  const { world } = azure;
  const eventGrid = new EventGrid({ world, log, section: scenario.events, send });
  tellOfRollingPools(azure, eventGrid);
  tellOfImages(azure, surroundings.registry, eventGrid);
  return {
    ...surroundings,
    eventGrid,
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
