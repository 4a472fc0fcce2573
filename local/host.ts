import type { IncomingMessage, ServerResponse } from "node:http";
import { createAppTime } from "./clock/app-time.ts";
import type { Clock } from "./clock/clock.ts";
import { type DurableEndpoints, durableClientBinding } from "./engine/client-binding.ts";
import { createEngine, type Engine } from "./engine/engine.ts";
import { createDurableHttpApi } from "./engine/http-api.ts";
import { openStore } from "./engine/store.ts";
import { createEventGridWebhook, EVENT_GRID_BODY_LIMIT_BYTES } from "./eventgrid/webhook.ts";
import { readHostJson } from "./host-json.ts";
import { adminHandler } from "./http/admin.ts";
import { createFunctionRoutes, type FunctionRoutes, presentedKey } from "./http/function-routes.ts";
import type { HttpHandler } from "./http/handler.ts";
import { answerWith, BodyTooLargeError, type Listening, listen, refuseBody } from "./http/server.ts";
import { type Keys, openKeys } from "./keys/keys.ts";
import type { HostLog } from "./log.ts";
import { createScheduleMonitor } from "./timers/schedule-status.ts";
import { createTimerListener } from "./timers/timer-listener.ts";
import type { AppWorker } from "./worker/contract.ts";
import { loadApp } from "./worker/load-app.ts";
import { withTimeout } from "./worker/with-timeout.ts";

/** Most that one of the durable API's bodies may take. */
const DURABLE_BODY_LIMIT_BYTES = 32 * 1024 * 1024;
/** How long a stop waits for what is under way; what is left of the promised 10 seconds is for closing the state. */
const STOP_GRACE_MS = 8_000;

/** What a host is made from. */
export interface HostOptions {
  /** Folder of a compiled app: package.json with `main`, and host.json. */
  readonly appDirectory: string;
  /** Folder for state and keys; without one the host forgets everything when it ends. */
  readonly stateDirectory?: string | undefined;
  /** Port on loopback; 0 takes a free one. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: HostLog;
  readonly replayGuard?: boolean;
}

/** A running host. */
export interface Host {
  readonly url: string;
  readonly keys: Keys;
  readonly worker: AppWorker;
  readonly engine: Engine;
  /** Finishes what is under way, within 10 seconds; what does not finish is re-run after the next start. */
  stop(): Promise<void>;
  /**
   * Ends at once, as the end of its process would: nothing is finished, and nothing more is kept. What the app was doing is
   * cut off from the host, not stopped.
   */
  abandon(): void;
}

/**
 * Loads an app and serves it: HTTP functions, timers, the Event Grid webhook and Durable Functions, on one machine.
 * Rejects with AppLoadError, StateFolderError, PortInUseError, RouteError, ScheduleError or TimeZoneError.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { clock, log, stateDirectory, appDirectory } = options;
  const hostJson = readHostJson(appDirectory);
  const parts: Partial<Parts> = {};
  const server = await listen(options.port, log, (request, response, url) => {
    // Clients that show how long ago something was go by the answer's Date; it is the app's time, as all else it tells.
    response.setHeader("date", new Date(clock.nowMs()).toUTCString());
    return route(parts, request, response, url);
  });
  const rpc = await listen(0, log, (request, response, url) => routeRpc(parts, request, response, url));
  try {
    process.env.WEBSITE_HOSTNAME = `127.0.0.1:${server.port}`;
    process.env.AZURE_FUNCTIONS_ENVIRONMENT ??= "Development";
    checkStateFolder(stateDirectory);
    const appTime = createAppTime(clock);
    const loaded = await loadApp({
      appDirectory,
      log,
      runInApp: appTime.runInApp,
      durableClientBinding: () => durableClientBinding(endpoints),
    });
    const worker = withTimeout(loaded, clock, log, hostJson.functionTimeoutMs);
    const timers = createTimerListener({
      worker,
      clock,
      log,
      monitor: createScheduleMonitor(stateDirectory),
      timeZone: process.env.WEBSITE_TIME_ZONE,
      settings: process.env,
    });
    const keys = openKeys(
      stateDirectory,
      [...worker.functions.values()].map((target) => target.name),
    );
    const endpoints: DurableEndpoints = {
      baseUrl: `${server.url}${DURABLE_PREFIX}`,
      systemKey: keys.system("durabletask_extension"),
      rpcBaseUrl: `${rpc.url}${RPC_PREFIX}/`,
      taskHub: hostJson.hubName,
    };
    const functions = createFunctionRoutes({ worker, keys, log, routePrefix: hostJson.routePrefix });
    // Last of what can fail: it locks the state folder.
    const engine = createEngine({
      worker,
      stateDirectory,
      clock,
      log,
      limits: hostJson.limits,
      replayGuard: options.replayGuard ?? true,
    });
    Object.assign(parts, {
      keys,
      log,
      functions,
      durable: createDurableHttpApi(engine, () => endpoints, DURABLE_PREFIX),
      rpc: createDurableHttpApi(engine, () => endpoints, RPC_PREFIX),
      eventGrid: createEventGridWebhook(worker, clock, log),
      admin: adminHandler(worker, log),
    } satisfies Parts);
    warnOfIdleFunctions(worker, log);
    engine.start();
    timers.start();
    log.info({ url: server.url, functions: worker.functions.size }, "host is ready");
    const stop = () => stopHost({ server, rpc, engine, worker, timers, log });
    const abandon = () => {
      timers.abandon();
      engine.close();
      void Promise.all([server.close(0), rpc.close(0)]);
    };
    return { url: server.url, keys, worker, engine, stop, abandon };
  } catch (error) {
    await Promise.all([server.close(0), rpc.close(0)]);
    throw error;
  }
}

/** Triggers that this host fires; the others are Azure's alone. */
const SERVED_TRIGGERS = new Set(
  ["http", "timer", "eventGrid", "orchestration", "activity", "entity"].map((kind) => `${kind}Trigger`.toLowerCase()),
);

function warnOfIdleFunctions(worker: AppWorker, log: HostLog): void {
  for (const { name, trigger } of worker.functions.values()) {
    if (SERVED_TRIGGERS.has(trigger.type.toLowerCase())) continue;
    const message = "this host does not fire functions of this trigger; run it with POST /admin/functions/{name}";
    log.warn({ function: name, trigger: trigger.type }, message);
  }
}

/** Finds a state folder that cannot be used before any code of the app has run. Throws StateFolderError. */
function checkStateFolder(stateDirectory: string | undefined): void {
  if (stateDirectory === undefined) return;
  openStore(stateDirectory).close();
  openKeys(stateDirectory, []);
}

const DURABLE_PREFIX = "/runtime/webhooks/durabletask";
const EVENT_GRID_PATH = "/runtime/webhooks/eventgrid";
const RPC_PREFIX = "/durabletask";

/** What requests are answered with; empty until the app is loaded. */
interface Parts {
  readonly keys: Keys;
  readonly log: HostLog;
  readonly functions: FunctionRoutes;
  readonly durable: HttpHandler;
  readonly rpc: HttpHandler;
  readonly eventGrid: HttpHandler;
  readonly admin: HttpHandler;
}

function isLoaded(parts: Partial<Parts>): parts is Parts {
  return parts.functions !== undefined;
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-length": "0" }).end();
}

async function route(
  parts: Partial<Parts>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (!isLoaded(parts)) return refuse(response, 503);
  const path = url.pathname.toLowerCase();
  const presented = presentedKey(request, url);
  if (path === EVENT_GRID_PATH) {
    // The sender's consent handshake comes without a key being proof of anything; it is checked all the same.
    if (!parts.keys.opensExtension("eventgrid_extension", presented)) return refuseKey(parts, request, response, url);
    return bounded(parts, parts.eventGrid, EVENT_GRID_BODY_LIMIT_BYTES, request, response, url);
  }
  if (path.startsWith(`${DURABLE_PREFIX}/`)) {
    if (!parts.keys.opensExtension("durabletask_extension", presented)) return refuseKey(parts, request, response, url);
    return bounded(parts, parts.durable, DURABLE_BODY_LIMIT_BYTES, request, response, url);
  }
  if (await parts.functions(request, response, url)) return;
  if (path.startsWith("/admin/") && !parts.keys.isMaster(presented)) return refuseKey(parts, request, response, url);
  await bounded(parts, parts.admin, DURABLE_BODY_LIMIT_BYTES, request, response, url);
}

function refuseKey(parts: Parts, request: IncomingMessage, response: ServerResponse, url: URL): void {
  parts.log.warn({ method: request.method, path: url.pathname }, "refused with 401: the key is missing or wrong");
  refuse(response, 401);
}

async function bounded(
  parts: Parts,
  handler: HttpHandler,
  limitBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  try {
    await answerWith(handler, limitBytes, request, response, url);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error;
    parts.log.warn(
      { method: request.method, path: url.pathname },
      `refused with 413: ${error.message} Nothing was started.`,
    );
    refuseBody(request, response, error.message);
  }
}

async function routeRpc(
  parts: Partial<Parts>,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  if (!isLoaded(parts)) return refuse(response, 503);
  await bounded(parts, parts.rpc, DURABLE_BODY_LIMIT_BYTES, request, response, url);
}

interface Running {
  readonly server: Listening;
  readonly rpc: Listening;
  readonly engine: Engine;
  readonly worker: AppWorker;
  readonly timers: { stop(): Promise<void> };
  readonly log: HostLog;
}

/** The order matters: no new requests, then no new work, then the app's own clean-up, and last the store. */
async function stopHost({ server, rpc, engine, worker, timers, log }: Running): Promise<void> {
  const deadline = new Promise<"late">((resolve) => setTimeout(() => resolve("late"), STOP_GRACE_MS).unref());
  const closed = server.close(STOP_GRACE_MS);
  log.info("stopping: no new requests are taken, what is under way is finished");
  const quiet = (async () => {
    await closed;
    await Promise.all([engine.stop(), timers.stop()]);
    await worker.stop().catch((error: unknown) => log.error({ err: error }, "the app's clean-up failed"));
    return "quiet" as const;
  })();
  const outcome = await Promise.race([quiet, deadline]);
  if (outcome === "late") log.warn("some work did not end in time; it runs again after the next start");
  engine.close();
  await rpc.close(0);
}
