import type { AzureModel } from "../azure/azure-model.ts";
import type { OperationRecord } from "../azure/records.ts";
import { hashText } from "../random.ts";
import { ok } from "./answers.ts";
import { operationBody } from "./arm-bodies.ts";
import { ArmError } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { resourceBodyOf } from "./resource-bodies.ts";

const LOCATION = "/subscriptions/{subscription}/providers/{provider}/locations/{location}";

/** How operations are asked about: their state, and what came of them. */
export const OPERATION_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${LOCATION}/operations/{operation}`, handle: getOperation },
  { method: "GET", path: `${LOCATION}/operationresults/{operation}`, handle: getOperationResult },
  { method: "GET", path: "/subscriptions/{subscription}/operationresults/{operation}", handle: getOperationResult },
];

/** The answer that begins a long-running operation: a body, and where to ask. */
export function accepted(
  request: ArmRequest,
  operation: OperationRecord,
  answer: { readonly status: number; readonly location: string; readonly body?: unknown },
): ArmAnswer {
  const { origin, names } = request;
  const provider = /\/providers\/([^/]+)\//i.exec(operation.resourceId)?.[1] ?? "Microsoft.Resources";
  const base = `${origin}/subscriptions/${names.subscription}/providers/${provider}/locations/${answer.location}`;
  const suffix = `${operation.id}?${signedQuery(request, operation)}`;
  return {
    status: answer.status,
    ...(answer.body === undefined ? {} : { body: answer.body }),
    headers: {
      "azure-asyncoperation": `${base}/operations/${suffix}`,
      location: `${base}/operationresults/${suffix}`,
    },
  };
}

/** Links to operations are signed: a client has to follow them verbatim, not to build them. */
export function signedQuery({ azure, query }: ArmRequest, operation: OperationRecord): string {
  const apiVersion = query.get("api-version") ?? "";
  return `api-version=${apiVersion}&t=${operation.startMs}&c=simulated&s=${signatureOf(azure, operation)}&h=${hashText(operation.id)}`;
}

function signatureOf(azure: AzureModel, { id }: OperationRecord): string {
  return hashText(`${azure.world.seed}/${id}`).toString(16);
}

function getOperation(request: ArmRequest): ArmAnswer {
  const operation = operationOf(request);
  return ok(operationBody(operation), operation.status === "InProgress" ? retryAfter(request) : {});
}

function getOperationResult(request: ArmRequest): ArmAnswer {
  const { azure, origin, path, query } = request;
  const operation = operationOf(request);
  if (operation.status === "InProgress") {
    return { status: 202, headers: { location: `${origin}${path}?${query}`, ...retryAfter(request) } };
  }
  if (operation.error) throw new ArmError(400, operation.error.code, operation.error.message);
  const body = resourceBodyOf(azure, operation.resourceId);
  if (body !== undefined) return ok(body);
  // Resource Manager's own results have no body and are never 204: its SDK would not understand that.
  return request.names.provider === undefined ? { status: 200 } : { status: 204 };
}

function operationOf({ azure, names, query }: ArmRequest): OperationRecord {
  const id = names.operation ?? "";
  const operation = azure.operations.get(id);
  if (!operation) throw new ArmError(404, "NotFound", `The operation ${id} was not found.`);
  if (query.get("s") !== signatureOf(azure, operation)) {
    const message = "The link to the operation is not the one that was handed out: follow it verbatim.";
    throw new ArmError(403, "InvalidOperationLink", message);
  }
  return operation;
}

/** What an answer says while an operation runs. */
export function retryAfter({ azure }: ArmRequest): Record<string, string> {
  return { "retry-after": String(azure.settings.operationRetryAfterSeconds) };
}
