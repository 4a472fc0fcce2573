import { z } from "zod";
import { clusterId } from "../azure/resource-id.ts";
import { ok } from "./answers.ts";
import { invalidParameter } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { beginDelete, beginPut, getResource, listResources } from "./child-resources.ts";
import { accepted } from "./long-running.ts";
import { clusterOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.ContainerService";
const LIST =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{cluster}/trustedAccessRoleBindings";
const TYPE = "Microsoft.ContainerService/managedClusters/trustedAccessRoleBindings";
/** The role that Azure Backup needs; others of the same provider exist and are of no use here. */
const ROLES = ["Microsoft.DataProtection/backupVaults/backup-operator"];

/** Which Azure services may use a cluster's Kubernetes API. */
export const TRUSTED_ACCESS_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${SUBSCRIPTION}/locations/{location}/trustedAccessRoles`, handle: listRoles },
  { method: "GET", path: LIST, handle: (request) => listResources(request, listIn(request)) },
  { method: "GET", path: `${LIST}/{name}`, handle: (request) => getResource(request, idOf(request)) },
  { method: "PUT", path: `${LIST}/{name}`, handle: put },
  { method: "DELETE", path: `${LIST}/{name}`, handle: remove },
];

const bindingSchema = z.object({
  properties: z.object({ sourceResourceId: z.string().min(1), roles: z.array(z.string()).min(1) }),
});

function listRoles(): ArmAnswer {
  return ok({
    value: ROLES.map((role) => ({
      sourceResourceType: role.slice(0, role.lastIndexOf("/")),
      name: role.slice(role.lastIndexOf("/") + 1),
      rules: [
        { verbs: ["get", "list", "watch"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
      ],
    })),
  });
}

function listIn(request: ArmRequest): string {
  return `${clusterId(clusterOf(request))}/trustedAccessRoleBindings`;
}

function idOf(request: ArmRequest): string {
  return `${listIn(request)}/${request.names.name}`;
}

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { name = "" } = names;
  if (!/^[A-Za-z0-9-]{1,36}$/.test(name)) {
    throw invalidParameter(
      `The name '${name}' of the trusted access role binding must be 1 to 36 letters, digits or -.`,
    );
  }
  const { properties } = parseBody(bindingSchema, request.body);
  const unknown = properties.roles.find((role) => !ROLES.includes(role));
  if (unknown !== undefined) throw invalidParameter(`The trusted access role '${unknown}' is not known here.`);
  const resource = { id: idOf(request), name, type: TYPE, properties };
  const { operation, created, record } = beginPut(request, resource, azure.settings.resourceSeconds);
  const { location } = clusterOf(request);
  const body = resourceBody(azure, record);
  return accepted(request, operation, { status: created ? 201 : 200, body, location });
}

function remove(request: ArmRequest): ArmAnswer {
  const operation = beginDelete(request, idOf(request), request.azure.settings.resourceSeconds);
  if (!operation) return { status: 204 };
  return accepted(request, operation, { status: 202, location: clusterOf(request).location });
}
