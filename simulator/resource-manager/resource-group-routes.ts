import { z } from "zod";
import { beginOperation } from "../azure/operations.ts";
import type { ResourceRecord } from "../azure/records.ts";
import { clusterId, groupId, isWithin } from "../azure/resource-id.ts";
import { putGroup } from "../azure/resources.ts";
import { ok, paged } from "./answers.ts";
import { clusterBody } from "./arm-bodies.ts";
import { ArmError, invalidParameter } from "./arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "./arm-router.ts";
import { retryAfter, signedQuery } from "./long-running.ts";
import { groupOf } from "./lookup.ts";
import { parseBody } from "./pool-request.ts";
import { resourceBody } from "./resource-bodies.ts";

const SUBSCRIPTION = "/subscriptions/{subscription}";
const GROUP = `${SUBSCRIPTION}/resourceGroups/{group}`;

/** Resource groups, and what lies in them. */
export const RESOURCE_GROUP_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${SUBSCRIPTION}/resourceGroups`, handle: listGroups },
  { method: "GET", path: GROUP, handle: (request) => ok(resourceBody(request.azure, groupOf(request))) },
  { method: "HEAD", path: GROUP, handle: hasGroup },
  { method: "PUT", path: GROUP, handle: put },
  { method: "PATCH", path: GROUP, handle: patch },
  { method: "DELETE", path: GROUP, handle: remove },
  { method: "GET", path: `${SUBSCRIPTION}/resources`, handle: (request) => listAll(request, SUBSCRIPTION) },
  { method: "GET", path: `${GROUP}/resources`, handle: (request) => listAll(request, GROUP) },
];

const tags = z.record(z.string(), z.string()).nullish();
const groupSchema = z.looseObject({ location: z.string(), tags });
const patchSchema = z.looseObject({ tags });

function listGroups(request: ArmRequest): ArmAnswer {
  const { azure, names, query } = request;
  const groups = azure.resourcesIn(`/subscriptions/${names.subscription}/resourceGroups`);
  const matches = tagFilter(query.get("$filter"));
  return paged(
    request,
    groups.filter(matches),
    ({ id }) => id,
    (group) => resourceBody(azure, group),
  );
}

function hasGroup({ azure, names }: ArmRequest): ArmAnswer {
  return { status: azure.findGroup(names.subscription ?? "", names.group ?? "") ? 204 : 404 };
}

function put(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { subscription = "", group = "" } = names;
  if (!/^[\w().-]{0,89}[\w()-]$/.test(group))
    throw invalidParameter(`The resource group name '${group}' is not valid.`);
  const asked = parseBody(groupSchema, request.body);
  const location = asked.location.replaceAll(" ", "").toLowerCase();
  const current = azure.findGroup(subscription, group);
  if (current && current.location !== location) {
    const message = `Invalid resource group location '${location}'. The Resource group already exists in location '${current.location}'.`;
    throw new ArmError(409, "InvalidResourceGroupLocation", message);
  }
  const made = putGroup(azure, subscription.toLowerCase(), group, { location, tags: asked.tags ?? undefined });
  return { status: current ? 200 : 201, body: resourceBody(azure, made) };
}

function patch(request: ArmRequest): ArmAnswer {
  const { azure, names } = request;
  const { name, location = "" } = groupOf(request);
  const asked = parseBody(patchSchema, request.body);
  const changed = putGroup(azure, names.subscription ?? "", name, { location, tags: asked.tags ?? undefined });
  return ok(resourceBody(azure, changed));
}

/** Everything in the group goes with it; nothing is drained, and what runs there is cut short. */
function remove(request: ArmRequest): ArmAnswer {
  const { azure, names, origin } = request;
  const group = groupOf(request);
  azure.putResource({ ...group, properties: { ...group.properties, provisioningState: "Deleting" } });
  const clusters = azure.clusters.values().filter((cluster) => isWithin(clusterId(cluster), group.id));
  const { clusterDeleteSeconds, groupDeleteSeconds } = azure.settings;
  const seconds = groupDeleteSeconds + (clusters.length > 0 ? clusterDeleteSeconds : 0);
  const operation = beginOperation(azure, { kind: "DeleteGroup", resourceId: group.id, seconds });
  const location = `${origin}/subscriptions/${names.subscription}/operationresults/${operation.id}?${signedQuery(request, operation)}`;
  return { status: 202, headers: { location, ...retryAfter(request) } };
}

/** The answer to `$filter`; only the forms that clients use to look for tags and types. */
function tagFilter(filter: string | null): (resource: Pick<ResourceRecord, "tags" | "type">) => boolean {
  if (filter === null || filter === "") return () => true;
  const [, type] = /^resourceType eq '([^']+)'$/.exec(filter) ?? [];
  if (type !== undefined) return (resource) => resource.type.toLowerCase() === type.toLowerCase();
  const [, name, value] = /^tagName eq '([^']+)'(?: and tagValue eq '([^']*)')?$/.exec(filter) ?? [];
  if (name === undefined) {
    const message = `The filter '${filter}' is not supported here: resourceType eq '...', tagName eq '...' [and tagValue eq '...'].`;
    throw new ArmError(400, "InvalidFilterInQueryString", message);
  }
  return (resource) => {
    const found = Object.entries(resource.tags ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase());
    return found !== undefined && (value === undefined || found[1] === value);
  };
}

/** Tracked resources: those with a location, in a group. */
function listAll(request: ArmRequest, template: string): ArmAnswer {
  const { azure, names, query } = request;
  if (template === GROUP) groupOf(request);
  const { subscription = "", group = "" } = names;
  const scope = template === GROUP ? groupId(subscription, group) : `/subscriptions/${subscription}`;
  const matches = tagFilter(query.get("$filter"));
  const tracked = [
    ...azure.clusters.values().map((cluster) => genericBody(clusterBody(azure, cluster))),
    ...azure.resources
      .values()
      .filter(isTracked)
      .map((resource) => genericBody(resourceBody(azure, resource))),
  ];
  return paged(
    request,
    tracked.filter((resource) => isWithin(resource.id, scope) && matches(resource)),
    ({ id }) => id,
    (resource) => resource,
  );
}

function isTracked({ id, location }: ResourceRecord): boolean {
  return location !== undefined && id.toLowerCase().includes("/providers/");
}

function genericBody({
  id,
  name,
  type,
  location,
  tags,
}: Pick<ResourceRecord, "id" | "name" | "type" | "location" | "tags">) {
  return { id, name, type, location: location ?? "", ...(tags ? { tags } : {}) };
}
