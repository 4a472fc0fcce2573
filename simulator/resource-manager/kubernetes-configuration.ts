import type { OperationRecord } from "../azure/records.ts";
import { clusterId } from "../azure/resource-id.ts";
import { ok } from "./answers.ts";
import { ArmError } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { beginDelete, getResource, listResources } from "./child-resources.ts";
import { retryAfter } from "./long-running.ts";
import { clusterOf } from "./lookup.ts";

const BASE =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{cluster}/providers/Microsoft.KubernetesConfiguration";

/** One of the two kinds of Microsoft.KubernetesConfiguration: how they are kept is the same. */
export interface ConfigurationKind {
  readonly plural: "extensions" | "fluxConfigurations";
  /** How long a change takes. */
  seconds(request: ArmRequest): number;
  put(request: ArmRequest): ArmAnswer;
  patch(request: ArmRequest): ArmAnswer;
}

/** The routes of a kind: list, get, put, patch, delete, and its operations' states. */
export function configurationRoutes(kind: ConfigurationKind): ArmRoute[] {
  const list = `${BASE}/${kind.plural}`;
  const one = `${list}/{name}`;
  return [
    { method: "GET", path: list, handle: (request) => listResources(request, configurationList(request, kind)) },
    { method: "GET", path: one, handle: (request) => getResource(request, configurationId(request, kind)) },
    { method: "PUT", path: one, handle: (request) => kind.put(request) },
    { method: "PATCH", path: one, handle: (request) => kind.patch(request) },
    { method: "DELETE", path: one, handle: (request) => remove(request, kind) },
    { method: "GET", path: `${one}/operations/{operation}`, handle: getOperationStatus },
  ];
}

/** The id of the configuration that the path names. Throws a 404 when its cluster is not there. */
export function configurationId(request: ArmRequest, kind: Pick<ConfigurationKind, "plural">): string {
  return `${configurationList(request, kind)}/${request.names.name}`;
}

function configurationList(request: ArmRequest, { plural }: Pick<ConfigurationKind, "plural">): string {
  return `${clusterId(clusterOf(request))}/providers/Microsoft.KubernetesConfiguration/${plural}`;
}

/** The answer that begins an operation of this provider: its state is asked below the resource itself. */
export function acceptedConfiguration(
  { origin, query }: ArmRequest,
  operation: OperationRecord,
  answer: { readonly status: number; readonly body?: unknown },
): ArmAnswer {
  const apiVersion = query.get("api-version") ?? "";
  const link = `${origin}${operation.resourceId}/operations/${operation.id}?api-version=${apiVersion}`;
  return { ...answer, headers: { "azure-asyncoperation": link, location: link } };
}

function remove(request: ArmRequest, kind: ConfigurationKind): ArmAnswer {
  const operation = beginDelete(request, configurationId(request, kind), kind.seconds(request));
  return operation ? acceptedConfiguration(request, operation, { status: 202 }) : { status: 204 };
}

function getOperationStatus(request: ArmRequest): ArmAnswer {
  const { azure, path, names } = request;
  const id = names.operation ?? "";
  const operation = azure.operations.get(id);
  if (!operation || !path.toLowerCase().startsWith(operation.resourceId.toLowerCase())) {
    throw new ArmError(404, "OperationNotFound", `The operation ${id} was not found.`);
  }
  const { status, error, kind } = operation;
  const running = kind === "DeleteResource" ? "Deleting" : "Updating";
  const body = {
    id: path,
    name: id,
    status: status === "InProgress" ? running : status,
    ...(error ? { error } : {}),
  };
  return ok(body, status === "InProgress" ? retryAfter(request) : {});
}
