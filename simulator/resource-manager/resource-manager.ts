import { Hono } from "hono";
import type { AzureModel } from "../azure/azure-model.ts";
import { staleSecondsOf } from "../faults/inject-faults.ts";
import type { PastStates } from "../faults/past-states.ts";
import type { RequestKind, RequestQuota } from "../faults/request-quota.ts";
import { checkToken } from "../identity/access-token.ts";
import { ARM_ROUTES } from "./all-routes.ts";
import { ArmError } from "./arm-error.ts";
import { type ArmAnswer, type ArmRequest, RouteTable } from "./arm-router.ts";
import { guidOf } from "./guid.ts";
import { subscriptionsOf } from "./subscription-routes.ts";

/** What stands between a client and Azure. */
export interface FrontDoor {
  readonly quota: RequestQuota;
  /** Answers stale reads; without it every read is fresh. */
  readonly past?: PastStates | undefined;
}

/** Azure Resource Manager: `/subscriptions/...` and `/providers/...`. */
export function createResourceManager(azure: AzureModel, door: FrontDoor): Hono {
  const app = new Hono();
  const routes = new RouteTable(ARM_ROUTES);
  let requests = 0;
  app.all("*", async (context) => {
    const request = context.req.raw;
    requests += 1;
    // Nothing of what is answered may depend on more than the seed: clients tell these ids in their errors.
    const requestId = guidOf(`${azure.world.seed}/request/${azure.world.nowMs}/${requests}`);
    const limits: Record<string, string> = { "x-ms-request-id": requestId };
    try {
      const read = await admit(azure, door, request, limits);
      return respond(request, handle(routes, read, door, staleSecondsOf(request)), limits);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      const answer = { status: error.status, body: error.toBody(), headers: error.headers };
      return respond(request, answer, limits);
    }
  });
  return app;
}

/** Checks who asks, how, and whether they may ask that often. `limits` gets the headers that tell what is left. */
async function admit(
  azure: AzureModel,
  { quota }: FrontDoor,
  request: Request,
  limits: Record<string, string>,
): Promise<Omit<ArmRequest, "names">> {
  const url = new URL(request.url);
  const path = withoutEmptySegments(url.pathname);
  authenticate(azure, request.headers.get("authorization"));
  const subscription = subscriptionIn(azure, path);
  const kind = kindOf(request.method);
  const { left, retryAfterSeconds } = quota.take(subscription, kind);
  limits[`x-ms-ratelimit-remaining-subscription-${kind}`] = String(left);
  if (retryAfterSeconds !== undefined) {
    const message = `Number of ${kind} requests for subscription '${subscription}' exceeded the limit. Please try again after '${retryAfterSeconds}' seconds.`;
    const headers = { "retry-after": String(retryAfterSeconds) };
    throw new ArmError(429, "SubscriptionRequestsThrottled", message, { headers });
  }
  checkApiVersion(url.searchParams.get("api-version"));
  return {
    azure,
    method: request.method,
    path,
    query: url.searchParams,
    headers: request.headers,
    body: await readBody(request),
    origin: url.origin,
  };
}

/** A path without empty segments: clients put a scope, which begins with a slash, behind another slash. */
export function withoutEmptySegments(path: string): string {
  return path.replaceAll(/\/{2,}/g, "/");
}

function handle(
  routes: RouteTable,
  read: Omit<ArmRequest, "names">,
  { past }: FrontDoor,
  staleSeconds: number | undefined,
): ArmAnswer {
  const { azure, method, path } = read;
  const { found, allowed } = routes.find(method, path);
  if (!found) throw notServed(method, path, allowed);
  const answer = () => found.route.handle({ ...read, names: found.names });
  if (method === "PUT" || method === "PATCH") checkGroupStays(azure, path);
  if (staleSeconds !== undefined && past) return past.answerFrom(staleSeconds, answer);
  if (method !== "GET") return azure.world.change(answer);
  azure.world.catchUp();
  return answer();
}

function authenticate(azure: AzureModel, header: string | null): void {
  const [, token] = /^Bearer (.+)$/i.exec(header ?? "") ?? [];
  if (token === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    throw new ArmError(401, "AuthenticationFailed", message);
  }
  azure.world.catchUp();
  const check = checkToken(azure.secrets, token, azure.world.nowMs);
  if (check === "valid") return;
  throw check === "expired"
    ? new ArmError(401, "ExpiredAuthenticationToken", "The access token expiry is earlier than the current time.")
    : new ArmError(
        401,
        "InvalidAuthenticationToken",
        "The access token is invalid: it was not issued by /msi/token here.",
      );
}

function checkApiVersion(version: string | null): void {
  if (version === null || version === "") {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    throw new ArmError(400, "MissingApiVersionParameter", message);
  }
  if (/^20\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:-\w+)?$/.test(version)) return;
  const message = `The api-version '${version}' is invalid. The supported versions are dates like '2026-04-01'.`;
  throw new ArmError(400, "InvalidApiVersionParameter", message);
}

/** The subscription of a path, that of the fleet where it names none. Throws a 404 for one that is not there. */
function subscriptionIn(azure: AzureModel, path: string): string {
  const [, id = azure.fleet.azure.subscriptionId] = /^\/subscriptions\/([^/]+)/i.exec(path) ?? [];
  if (subscriptionsOf(azure).includes(id.toLowerCase())) return id;
  throw new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`);
}

function checkGroupStays(azure: AzureModel, path: string): void {
  const [, subscription = "", name = ""] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(path) ?? [];
  const group = azure.findGroup(subscription, decodeURIComponent(name));
  if (group?.properties.provisioningState !== "Deleting") return;
  const message = `The resource group '${group.name}' is in deprovisioning state and cannot perform this operation.`;
  throw new ArmError(409, "ResourceGroupBeingDeleted", message);
}

function kindOf(method: string): RequestKind {
  if (method === "GET" || method === "HEAD") return "reads";
  return method === "DELETE" ? "deletes" : "writes";
}

function notServed(method: string, path: string, allowed: readonly string[]): ArmError {
  if (allowed.length === 0) {
    const message = `No registered resource provider found that serves ${path}.`;
    return new ArmError(404, "InvalidResourceType", message);
  }
  return new ArmError(405, "MethodNotAllowed", `${method} is not allowed here; allowed: ${allowed.join(", ")}.`);
}

async function readBody(request: Request): Promise<unknown> {
  const text = request.method === "GET" || request.method === "HEAD" ? "" : await request.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
  }
}

function respond(request: Request, answer: ArmAnswer, limits: Readonly<Record<string, string>>): Response {
  const headers = {
    "cache-control": "no-cache",
    "x-ms-correlation-request-id":
      request.headers.get("x-ms-correlation-request-id") ?? limits["x-ms-request-id"] ?? "",
    ...limits,
    ...answer.headers,
  };
  return answer.body === undefined
    ? new Response(null, { status: answer.status, headers })
    : Response.json(answer.body, { status: answer.status, headers });
}
