import { randomUUID } from "node:crypto";
import type { HttpResponseInit } from "@azure/functions";
import type * as df from "durable-functions";
import { z } from "zod";
import { planView } from "../../domain/api/plan-view.ts";
import { upgradeScopeSchema } from "../../domain/run-request.ts";
import type { PlannedUpgrade } from "../../domain/upgrade-plan.ts";
import type { PlanUpgradeInput } from "../../orchestrations/plan-upgrade.ts";
import type { AppPorts } from "../ports.ts";
import { findStatus } from "../run-lookup.ts";
import { requireKnown } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem, readBody } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

/** How often, and how long apart, it is looked whether a plan is made before the answer is where to look for it. */
const LOOKS = 80;
const LOOK_MS = 250;

const bodySchema = z.strictObject({
  kind: z.literal("upgrade"),
  clusters: z.array(z.string()).min(1).optional(),
  scope: upgradeScopeSchema.default("minor"),
  /** Whether every cluster is looked into for what would block its upgrade. */
  preflight: z.boolean().default(true),
});

/** `POST api/v1/plans`, `GET api/v1/plans/{id}`: says before anything changes what an upgrade would do. */
export function registerPlans(ports: AppPorts): void {
  operatorRoute({
    name: "postPlan",
    method: "POST",
    route: "plans",
    handle: async (request, client) => {
      const { clusters, scope, preflight } = await readBody(request, bodySchema);
      requireKnown((await ports.readFleet()).config, clusters ?? []);
      const id = `plan-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
      const input: PlanUpgradeInput = { targets: clusters ?? null, scope, withPreflight: preflight };
      await client.startNew("planUpgrade", { instanceId: id, input });
      for (let look = 0; look < LOOKS; look += 1) {
        const answer = await answerOf(client, id);
        if (answer.status !== 202) return answer;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      return answerOf(client, id);
    },
  });
  operatorRoute({
    name: "getPlan",
    method: "GET",
    route: "plans/{id}",
    handle: async (request, client) => answerOf(client, runIdIn(request)),
  });
}

/** The plan, 202 while it is made. Throws Problem: 404 for none, 502 when it could not be made. */
async function answerOf(client: df.DurableClient, id: string): Promise<HttpResponseInit> {
  const status = id.startsWith("plan-") ? await findStatus(client, id) : undefined;
  if (!status) throw new Problem(404, "No such plan", `There is no plan ${id}.`);
  if (status.runtimeStatus === "Completed") {
    return json(200, planView(id, status.output as PlannedUpgrade, Date.now()));
  }
  if (status.runtimeStatus === "Failed" || status.runtimeStatus === "Terminated") {
    const said = typeof status.output === "string" ? (status.output.split("\n")[0] ?? "") : status.runtimeStatus;
    throw new Problem(502, "The plan could not be made", said);
  }
  return json(202, { id, status: "planning" }, { location: `/api/v1/plans/${id}`, "retry-after": "5" });
}
