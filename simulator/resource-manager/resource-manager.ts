import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import type { AzureModel } from "../azure/azure-model.ts";
import { checkToken } from "../identity/access-token.ts";
import { ArmError } from "./arm-error.ts";
import { type ArmAnswer, findRoute } from "./arm-router.ts";
import { CONTAINER_SERVICE_ROUTES } from "./routes.ts";

/** How many reads of a subscription Resource Manager says are left. */
const READS_LEFT = 11_999;

/** Azure Resource Manager: `/subscriptions/...`. */
export function createResourceManager(azure: AzureModel): Hono {
  const app = new Hono();
  app.all("*", async (context) => {
    try {
      return respond(context.req.raw, await handle(azure, context.req.raw));
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      return respond(context.req.raw, { status: error.status, body: error.toBody() });
    }
  });
  return app;
}

async function handle(azure: AzureModel, request: Request): Promise<ArmAnswer> {
  const url = new URL(request.url);
  authenticate(azure, request.headers.get("authorization"));
  if (!/^\d{4}-\d\d-\d\d(-preview)?$/.test(url.searchParams.get("api-version") ?? "")) {
    const message = "The api-version query parameter (?api-version=) is required for all requests.";
    throw new ArmError(400, "MissingApiVersionParameter", message);
  }
  checkSubscription(azure, url.pathname);
  const { found, allowed } = findRoute(CONTAINER_SERVICE_ROUTES, request.method, url.pathname);
  if (!found) throw notServed(request.method, url.pathname, allowed);
  const body = await readBody(request);
  const { route, names } = found;
  const read = {
    azure,
    method: request.method,
    names,
    query: url.searchParams,
    headers: request.headers,
    body,
    origin: url.origin,
  };
  return azure.world.change(() => route.handle(read));
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

function checkSubscription(azure: AzureModel, path: string): void {
  const [, , id = ""] = path.split("/");
  if (id.toLowerCase() === azure.fleet.azure.subscriptionId.toLowerCase()) return;
  throw new ArmError(404, "SubscriptionNotFound", `The subscription '${id}' could not be found.`);
}

function notServed(method: string, path: string, allowed: readonly string[]): ArmError {
  if (allowed.length === 0) {
    const message = `No registered resource provider found that serves ${path}.`;
    return new ArmError(404, "InvalidResourceType", message);
  }
  return new ArmError(405, "MethodNotAllowed", `${method} is not allowed here; allowed: ${allowed.join(", ")}.`);
}

async function readBody(request: Request): Promise<unknown> {
  const text = request.method === "GET" ? "" : await request.text();
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmError(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.");
  }
}

function respond(request: Request, answer: ArmAnswer): Response {
  const requestId = randomUUID();
  const headers = {
    "cache-control": "no-cache",
    "x-ms-request-id": requestId,
    "x-ms-correlation-request-id": request.headers.get("x-ms-correlation-request-id") ?? requestId,
    "x-ms-ratelimit-remaining-subscription-reads": String(READS_LEFT),
    ...answer.headers,
  };
  return answer.body === undefined
    ? new Response(null, { status: answer.status, headers })
    : Response.json(answer.body, { status: answer.status, headers });
}
