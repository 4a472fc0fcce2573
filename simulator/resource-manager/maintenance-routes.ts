import { z } from "zod";
import { dayOfWeek, maintenanceWindowSchema } from "../azure/maintenance-window.ts";
import { clusterId } from "../azure/resource-id.ts";
import { ok } from "./answers.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { getResource, listResources } from "./child-resources.ts";
import { clusterOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const LIST =
  "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters/{cluster}/maintenanceConfigurations";
const TYPE = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations";
const NAMES = ["default", "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"];

/** The times at which AKS itself may change a cluster. What somebody asks for is not bound by them. */
export const MAINTENANCE_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: LIST, handle: (request) => listResources(request, listIn(request)) },
  { method: "GET", path: `${LIST}/{name}`, handle: (request) => getResource(request, idOf(request)) },
  { method: "PUT", path: `${LIST}/{name}`, handle: put },
  { method: "DELETE", path: `${LIST}/{name}`, handle: remove },
];

const span = z.looseObject({ start: z.string(), end: z.string() });

const configurationSchema = z.object({
  properties: z.object({
    maintenanceWindow: maintenanceWindowSchema.optional(),
    timeInWeek: z.array(z.object({ day: dayOfWeek, hourSlots: z.array(z.number().int().min(0).max(23)) })).optional(),
    notAllowedTime: z.array(span).optional(),
  }),
});

function listIn(request: ArmRequest): string {
  return `${clusterId(clusterOf(request))}/maintenanceConfigurations`;
}

function idOf(request: ArmRequest): string {
  return `${listIn(request)}/${request.names.name}`;
}

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { name = "" } = names;
  const id = idOf(request);
  if (!NAMES.includes(name)) {
    throw invalidParameter(`The maintenance configuration name '${name}' is not one of ${NAMES.join(", ")}.`);
  }
  const { properties } = parseBody(configurationSchema, request.body);
  if ((name === "default") === (properties.maintenanceWindow !== undefined)) {
    const message = `A maintenance configuration named ${name} ${name === "default" ? "has timeInWeek and notAllowedTime, no maintenanceWindow" : "needs a maintenanceWindow"}.`;
    throw new ArmError(400, "InvalidMaintenanceConfiguration", message);
  }
  const status = azure.findResource(id) ? 200 : 201;
  return { status, body: resourceBody(azure, azure.putResource({ id, name, type: TYPE, properties })) };
}

function remove(request: ArmRequest): ArmAnswer {
  const id = idOf(request);
  if (!request.azure.findResource(id)) return { status: 204 };
  request.azure.resources.delete(id.toLowerCase());
  return { ...ok(undefined), status: 200 };
}
