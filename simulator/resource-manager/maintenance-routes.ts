import { z } from "zod";
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

const day = z.enum(["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]);
const span = z.looseObject({ start: z.string(), end: z.string() });
const months = z.number().int().min(1).max(6);

const scheduleSchema = z
  .strictObject({
    daily: z.strictObject({ intervalDays: z.number().int().min(1).max(7) }).optional(),
    weekly: z.strictObject({ intervalWeeks: z.number().int().min(1).max(4), dayOfWeek: day }).optional(),
    absoluteMonthly: z.strictObject({ intervalMonths: months, dayOfMonth: z.number().int().min(1).max(31) }).optional(),
    relativeMonthly: z
      .strictObject({
        intervalMonths: months,
        weekIndex: z.enum(["First", "Second", "Third", "Fourth", "Last"]),
        dayOfWeek: day,
      })
      .optional(),
  })
  .refine((schedule) => Object.keys(schedule).length === 1, "exactly one kind of schedule is needed");

const configurationSchema = z.object({
  properties: z.object({
    maintenanceWindow: z
      .object({
        schedule: scheduleSchema,
        durationHours: z.number().int().min(4).max(24),
        utcOffset: z
          .string()
          .regex(/^[+-]\d\d:\d\d$/)
          .optional(),
        startDate: z
          .string()
          .regex(/^\d{4}-\d\d-\d\d$/)
          .optional(),
        startTime: z.string().regex(/^\d\d:\d\d$/),
        notAllowedDates: z.array(span).optional(),
      })
      .optional(),
    timeInWeek: z.array(z.object({ day, hourSlots: z.array(z.number().int().min(0).max(23)) })).optional(),
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
