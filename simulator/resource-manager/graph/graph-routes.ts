import { z } from "zod";
import type { AzureModel } from "../../azure/azure-model.ts";
import { ok } from "../answers.ts";
import { clusterBody } from "../arm-bodies.ts";
import { ArmError } from "../arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "../arm-router.ts";
import { parseBody } from "../pool-request.ts";
import { resourceBody } from "../resource-bodies.ts";
import { subscriptionsOf } from "../subscription-routes.ts";
import type { Row } from "./kql-expression.ts";
import { parseQuery, type Query } from "./kql-query.ts";
import { QueryError } from "./kql-tokens.ts";

/** A page of Resource Graph holds this many rows at most. */
const MAX_PAGE = 1_000;

/** Azure Resource Graph: one question over all subscriptions. */
export const GRAPH_ROUTES: readonly ArmRoute[] = [
  { method: "POST", path: "/providers/Microsoft.ResourceGraph/resources", handle: query },
];

const querySchema = z.looseObject({
  query: z.string().min(1),
  subscriptions: z.array(z.string()).nullish(),
  managementGroups: z.array(z.string()).nullish(),
  options: z
    .looseObject({
      $top: z.number().int().min(1).max(MAX_PAGE).nullish(),
      $skip: z.number().int().min(0).nullish(),
      $skipToken: z.string().nullish(),
      resultFormat: z.enum(["objectArray"]).nullish(),
    })
    .nullish(),
});

function query(request: ArmRequest): ArmAnswer {
  const { azure } = request;
  const asked = parseBody(querySchema, request.body);
  const wanted = (asked.subscriptions ?? subscriptionsOf(azure)).map((id) => id.toLowerCase());
  const rows = run(azure, read(asked.query), wanted);
  const { $top, $skip, $skipToken } = asked.options ?? {};
  const from = $skipToken == null ? ($skip ?? 0) : offsetIn($skipToken);
  const page = rows.slice(from, from + Math.min($top ?? MAX_PAGE, azure.settings.pageSize, MAX_PAGE));
  const end = from + page.length;
  return ok({
    totalRecords: rows.length,
    count: page.length,
    data: page,
    facets: [],
    resultTruncated: "false",
    ...(end < rows.length ? { $skipToken: Buffer.from(JSON.stringify({ end })).toString("base64") } : {}),
  });
}

function read(text: string): Query {
  try {
    return parseQuery(text);
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const message = `Please provide below info when asking for support: query is invalid at character ${error.at + 1}: ${error.message}.`;
    throw new ArmError(400, "InvalidQuery", message);
  }
}

function offsetIn(token: string): number {
  try {
    return z.object({ end: z.number().int().min(0) }).parse(JSON.parse(Buffer.from(token, "base64").toString())).end;
  } catch {
    throw new ArmError(400, "InvalidSkipToken", "The $skipToken is not one that was handed out here.");
  }
}

/** Rows come in the order of their ids, so that pages of an unsorted question do not overlap. */
function run(azure: AzureModel, { table, run }: Query, subscriptions: readonly string[]): Row[] {
  const bodies =
    table === "resources"
      ? [
          ...azure.clusters.values().map((cluster) => clusterBody(azure, cluster)),
          ...azure.resources
            .values()
            .filter(({ id, location }) => location !== undefined && /\/providers\//i.test(id))
            .map((resource) => resourceBody(azure, resource)),
        ]
      : azure.resources
          .values()
          .filter(({ id }) => !/\/providers\//i.test(id))
          .map((resource) => resourceBody(azure, resource));
  const rows = bodies
    .map((body) => rowOf(azure, { ...body }, table))
    .filter(({ subscriptionId }) => subscriptions.includes(String(subscriptionId)));
  return run(rows.sort((left, right) => (String(left.id) < String(right.id) ? -1 : 1)));
}

function rowOf(azure: AzureModel, body: Readonly<Record<string, unknown>>, table: Query["table"]): Row {
  const id = String(body.id);
  const [, subscriptionId = "", resourceGroup = ""] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)/i.exec(id) ?? [];
  const type = table === "resources" ? String(body.type) : "microsoft.resources/subscriptions/resourcegroups";
  return {
    id,
    name: body.name,
    // Resource Graph shows types and groups in lower case.
    type: type.toLowerCase(),
    tenantId: azure.fleet.azure.tenantId,
    kind: "",
    location: body.location ?? "",
    resourceGroup: resourceGroup.toLowerCase(),
    subscriptionId: subscriptionId.toLowerCase(),
    managedBy: "",
    sku: body.sku ?? null,
    plan: null,
    properties: body.properties,
    tags: body.tags ?? null,
    identity: body.identity ?? null,
    zones: null,
    extendedLocation: null,
  };
}
