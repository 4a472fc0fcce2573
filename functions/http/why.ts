import * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import type { BlockedBefore, BlockedClusters } from "../../domain/blocked-before.ts";
import { nextSearches } from "../../domain/search-times.ts";
import type { Settings } from "../../domain/settings.ts";
import { whyOf, whySchema } from "../../domain/why.ts";
import { BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY } from "../../orchestrations/blocked-clusters.ts";
import { readClusterHistory } from "../cluster-history.ts";
import { awaitPlan, beginPlan, readPlanState } from "../plan-reader.ts";
import type { AppPorts } from "../ports.ts";
import { requireKnown } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";

const querySchema = z.strictObject({
  plan: z.string().min(1).max(80).optional().describe("The plan that an answer of 202 named."),
});

/**
 * `GET api/v1/fleet/{cluster}/why`: why a cluster was or was not upgraded, and when it will be. It plans for the cluster and
 * looks into it; where that takes long it answers 202 and where to ask again.
 */
export function registerWhy(ports: AppPorts, settings: Settings): void {
  operatorRoute({
    name: "getWhy",
    method: "GET",
    route: "fleet/{cluster}/why",
    summary: "Why a cluster was or was not upgraded, and when it will be.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "The answer.", schema: whySchema },
      202: {
        description: "It is being found out; ask again at Location, not sooner than Retry-After says.",
        schema: z.object({ id: z.string(), status: z.literal("planning") }),
      },
      404: { description: "There is no such cluster, or no such plan for it." },
    },
    handle: async ({ params, query, client }) => {
      const { cluster = "" } = params;
      const { config } = await ports.readFleet();
      requireKnown(config, [cluster], 404);
      const configured = config.clusters.find(({ name }) => name === cluster);
      const ring = config.rings.find(({ name }) => name === configured?.ring);
      if (!ring) throw new Problem(404, "Unknown cluster", `${cluster} is in no ring of fleet.yaml.`);
      const id =
        query.plan ??
        (await beginPlan(client, { targets: [cluster], scope: "minor", withPreflight: true, asksAgain: false }));
      const state = await planFor(client, cluster, id);
      if (state.kind === "planning") {
        const location = `/api/v1/fleet/${cluster}/why?plan=${id}`;
        return json(202, { id, status: "planning" }, { location, "retry-after": "5" });
      }
      const plan = state.kind === "made" ? state.planned.plan : { unplanned: state.reason };
      const searches = nextSearches(settings.DAILY_SEARCH_SCHEDULE, settings.WEBSITE_TIME_ZONE, Date.now());
      const blockedBefore = await readBlockedBefore(client, cluster);
      const known = { ...(await readClusterHistory(client, cluster)), blockedBefore, nowMs: Date.now() };
      return json(200, whyOf({ cluster, ring, plan, searches, ...known }));
    },
  });
}

async function planFor(client: df.DurableClient, cluster: string, id: string) {
  const isOurs = (await readPlanState(client, id, [cluster])) !== undefined;
  const state = isOurs ? await awaitPlan(client, id) : undefined;
  if (state && state.kind !== "tests-made") return state;
  throw new Problem(404, "No such plan", `There is no plan ${id} for ${cluster} alone; ask without a plan.`);
}

async function readBlockedBefore(client: df.DurableClient, cluster: string): Promise<BlockedBefore | null> {
  const known = await client.readEntityState<BlockedClusters>(new df.EntityId(BLOCKED_CLUSTERS, BLOCKED_CLUSTERS_KEY));
  return known.entityState?.[cluster] ?? null;
}
