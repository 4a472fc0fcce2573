import type { Hono } from "hono";
import type { Logger } from "pino";
import type { AzureModel } from "./azure/azure-model.ts";
import { tellOfRollingPools } from "./eventgrid/cluster-events.ts";
import { EventGrid } from "./eventgrid/event-grid.ts";
import { createEventGridControl, createTopic } from "./eventgrid/event-grid-api.ts";
import type { SendRequest } from "./eventgrid/webhook-request.ts";
import type { Scenario } from "./faults/scenario.ts";
import { TeamsInbox } from "./teams/inbox.ts";
import { createTeams } from "./teams/webhook.ts";

/** The servers beside Azure's own API, each a model with a life of its own. */
export interface Services {
  readonly eventGrid: EventGrid;
  /** Begins what goes out by itself. `origin` is where the simulator is reached. */
  open(origin: string): void;
  /** Ends it; to be called before the state is closed. */
  close(): void;
}

/** Makes the servers of a world. `send` carries what goes out; the machine's network without it. */
export function createServices(
  azure: AzureModel,
  scenario: Scenario,
  log: Logger,
  send: SendRequest = fetch,
): Services {
  const eventGrid = new EventGrid({ world: azure.world, log, section: scenario.events, send });
  tellOfRollingPools(azure, eventGrid);
  return { eventGrid, open: (origin) => eventGrid.open(origin), close: () => eventGrid.close() };
}

/** Serves them, each below its own path. */
export function mountServices(app: Pick<Hono, "route">, azure: AzureModel, { eventGrid }: Services): void {
  const { world, secrets } = azure;
  app.route("/api", createTopic(azure, eventGrid));
  app.route("/simulator", createEventGridControl(azure, eventGrid));
  app.route("/teams", createTeams(world, secrets, new TeamsInbox(world.store)));
}
