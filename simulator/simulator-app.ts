import { Hono, type MiddlewareHandler } from "hono";
import { html } from "hono/html";
import type { Logger } from "pino";
import type { AzureModel } from "./azure/azure-model.ts";
import type { ClusterRecord } from "./azure/records.ts";
import type { FaultBook } from "./faults/fault-book.ts";
import type { Faults } from "./faults/faults.ts";
import { injectFaults } from "./faults/inject-faults.ts";
import { createManagedIdentity } from "./identity/managed-identity.ts";
import { createKubernetesApi } from "./kubernetes/http/kubernetes-api.ts";
import { createResourceManager, withoutEmptySegments } from "./resource-manager/resource-manager.ts";
import { mountServices, type Services } from "./services.ts";
import { simulatorStatus } from "./status.ts";
import { page } from "./teams/page.ts";

/** Looks at each answer as the model gives it, before a fault can spoil it; a body is to be read from a clone. */
export type InspectAnswer = (request: Request, response: Response) => Promise<void>;

/** What the simulator serves, and who sees it. */
export interface Served {
  readonly azure: AzureModel;
  readonly services: Services;
  readonly faults: Faults;
  readonly log: Logger;
  readonly inspect?: InspectAnswer | undefined;
}

/** Everything the simulator serves, as one app that can be called with or without a socket. */
export function createSimulatorApp({ azure, services, faults, log, inspect }: Served): Hono {
  const { world, secrets } = azure;
  const app = new Hono({ getPath: (request) => withoutEmptySegments(new URL(request.url).pathname) });
  app.use(async (context, next) => {
    // While a request is being answered, a clock that jumps must not.
    const release = world.clock.hold();
    try {
      await next();
    } finally {
      release();
    }
    log.debug({ method: context.req.method, path: logPath(context.req.path), status: context.res.status }, "request");
  });
  app.use(injectFaults(faults.plan, world.clock));
  if (inspect) {
    app.use(async (context, next) => {
      await next();
      await inspect(context.req.raw, context.res);
    });
  }
  const resourceManager = createResourceManager(azure, faults);
  app.route("/subscriptions", resourceManager);
  app.route("/providers", resourceManager);
  app.use("/kubernetes/:cluster/*", refuseStopped(azure));
  app.route(
    "/kubernetes",
    createKubernetesApi((name) => servedCluster(azure, name)),
  );
  app.route("/msi", createManagedIdentity(world, secrets, azure.fleet.azure.tenantId));
  mountServices(app, azure, services);
  app.get("/simulator/status", (context) => context.json(simulatorStatus(azure, faults.book)));
  app.get("/", (context) => context.html(indexPage(azure, faults.book)));
  app.onError((error, context) => {
    log.error({ err: error, method: context.req.method, path: logPath(context.req.path) }, "the simulator failed");
    return context.json(
      { error: { code: "InternalServerError", message: "The simulator failed; its log says why." } },
      500,
    );
  });
  return app;
}

/** The webhook's key is a secret, and part of its path. */
function logPath(path: string): string {
  return path.replace(/^(\/teams\/webhook\/).*/, "$1***");
}

function servedCluster(azure: AzureModel, name: string) {
  const record = azure.findCluster(name);
  if (!record) return undefined;
  return {
    model: azure.kubernetes(record.name),
    kubernetesVersion: record.kubernetesVersion,
    deprecated: azure.fleet.azure.clusters.find((entry) => entry.name === record.name)?.deprecatedApis,
    isToken: (token: string) => azure.secrets.matches(`kubernetes/${record.name}`, token),
  };
}

/** The API server of a cluster that is being made, or that was stopped, is not there. */
function refuseStopped(azure: AzureModel): MiddlewareHandler {
  return async (context, next) => {
    const cluster = azure.findCluster(context.req.param("cluster") ?? "");
    if (!cluster || (cluster.powerState === "Running" && hasControlPlane(azure, cluster))) return next();
    const message = `the API server of ${cluster.name} is not running`;
    const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message };
    return context.json({ ...status, reason: "ServiceUnavailable", code: 503 }, 503);
  };
}

function hasControlPlane(azure: AzureModel, { name, provisioningState, createdMs = 0 }: ClusterRecord): boolean {
  if (provisioningState !== "Creating") return true;
  return azure.world.nowMs >= createdMs + azure.settings.clusterCreateSeconds * 1_000 && azure.poolsOf(name).length > 0;
}

function indexPage(azure: AzureModel, book: FaultBook) {
  const { clusters, now } = simulatorStatus(azure, book);
  return page(
    "Simulated Azure",
    html`<article>
      <p>It is ${now} here.</p>
      <ul>
        <li><a href="/teams">Teams inbox</a></li>
        <li><a href="/simulator/event-grid">Events on their way, and dead letters</a> (JSON)</li>
        <li><a href="/simulator/status">State of the fleet</a> (JSON)</li>
      </ul>
      <p>${clusters.length} clusters: ${clusters.map(({ name }) => name).join(", ")}</p>
    </article>`,
  );
}
