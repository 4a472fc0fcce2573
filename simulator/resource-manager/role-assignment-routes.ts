import { z } from "zod";
import type { ResourceRecord } from "../azure/records.ts";
import { isWithin } from "../azure/resource-id.ts";
import { ok, paged } from "./answers.ts";
import { ArmError, groupNotFound } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const LIST = "{scope}/providers/Microsoft.Authorization/roleAssignments";
const TYPE = "Microsoft.Authorization/roleAssignments";
const GUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Role assignments, at any scope. */
export const ROLE_ASSIGNMENT_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: LIST, handle: list },
  { method: "GET", path: `${LIST}/{name}`, handle: get },
  { method: "PUT", path: `${LIST}/{name}`, handle: put },
  { method: "DELETE", path: `${LIST}/{name}`, handle: remove },
];

const assignmentSchema = z.looseObject({
  properties: z.looseObject({
    roleDefinitionId: z.string().regex(/\/roleDefinitions\/[0-9a-f-]{36}$/i, "must end in /roleDefinitions/{guid}"),
    principalId: z.string().regex(GUID, "must be the object id of a principal"),
    principalType: z.enum(["User", "Group", "ServicePrincipal", "ForeignGroup", "Device"]).default("User"),
    description: z.string().nullish(),
    condition: z.string().nullish(),
  }),
});

/** A list at a scope tells what is assigned there, above and below; with atScope() not below. */
function list(request: ArmRequest): ArmAnswer {
  const { azure, names, query } = request;
  const { scope = "" } = names;
  const matches = filterOf(query.get("$filter"), scope);
  const all = azure.resources.values().filter(({ type }) => type === TYPE);
  return paged(
    request,
    all.filter((one) => (isWithin(scopeOf(one), scope) || isWithin(scope, scopeOf(one))) && matches(one)),
    ({ id }) => id,
    (one) => resourceBody(azure, one),
  );
}

function filterOf(filter: string | null, scope: string): (assignment: ResourceRecord) => boolean {
  if (filter === null || filter === "") return () => true;
  const tests = filter.split(" and ").map((part) => {
    if (/^atScope\(\)$/i.test(part)) return (one: ResourceRecord) => isWithin(scope, scopeOf(one));
    const [, principal] = /^(?:principalId eq|assignedTo\()\s*'([^']+)'\)?$/i.exec(part) ?? [];
    if (principal !== undefined) return (one: ResourceRecord) => one.properties.principalId === principal;
    const message = `The filter '${part}' is not supported here: atScope(), principalId eq '...', assignedTo('...').`;
    throw new ArmError(400, "UnsupportedFilter", message);
  });
  return (one) => tests.every((test) => test(one));
}

function scopeOf({ properties }: ResourceRecord): string {
  return String(properties.scope);
}

function idOf({ names }: ArmRequest): string {
  return `${names.scope === "/" ? "" : names.scope}/providers/${TYPE}/${names.name}`;
}

function get(request: ArmRequest): ArmAnswer {
  const found = request.azure.findResource(idOf(request));
  if (found) return ok(resourceBody(request.azure, found));
  throw new ArmError(404, "RoleAssignmentNotFound", `The role assignment '${request.names.name}' is not found.`);
}

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { scope = "", name = "" } = names;
  if (!GUID.test(name)) {
    const message = `The role assignment ID '${name}' is not valid. The role assignment ID must be a GUID.`;
    throw new ArmError(400, "InvalidRoleAssignmentId", message);
  }
  checkScope(request, scope);
  const { properties: asked } = parseBody(assignmentSchema, request.body);
  const id = idOf(request);
  const current = azure.findResource(id);
  const same = (one: ResourceRecord) =>
    one.properties.principalId === asked.principalId &&
    String(one.properties.roleDefinitionId).toLowerCase() === asked.roleDefinitionId.toLowerCase() &&
    scopeOf(one).toLowerCase() === scope.toLowerCase();
  if (current && !same(current)) {
    const message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.";
    throw new ArmError(400, "RoleAssignmentUpdateNotPermitted", message);
  }
  const twin = azure.resources.values().find((one) => one.type === TYPE && one.id !== current?.id && same(one));
  if (twin) {
    const message = `The role assignment already exists. The ID of the existing role assignment is ${twin.name.replaceAll("-", "")}.`;
    throw new ArmError(409, "RoleAssignmentExists", message);
  }
  const now = new Date(azure.world.nowMs).toISOString();
  const { description = null, condition = null } = asked;
  const made = azure.putResource({
    id,
    name,
    type: TYPE,
    properties: {
      ...{
        roleDefinitionId: asked.roleDefinitionId,
        principalId: asked.principalId,
        principalType: asked.principalType,
      },
      ...{ scope, condition, conditionVersion: null, createdOn: current?.properties.createdOn ?? now, updatedOn: now },
      ...{ createdBy: null, updatedBy: null, delegatedManagedIdentityResourceId: null, description },
    },
  });
  return { status: 201, body: resourceBody(azure, made) };
}

function checkScope({ azure }: ArmRequest, scope: string): void {
  const [, subscription, group] = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(scope) ?? [];
  if (subscription === undefined || group === undefined) return;
  if (!azure.findGroup(subscription, group)) throw groupNotFound(group);
}

function remove(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const found = azure.findResource(idOf(request));
  if (!found) return { status: 204 };
  azure.resources.delete(found.id.toLowerCase());
  return ok(resourceBody(azure, found));
}
