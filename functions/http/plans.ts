import type { HttpResponseInit } from "@azure/functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { planView, planViewSchema } from "../../domain/api/plan-view.ts";
import { upgradeScopeSchema } from "../../domain/run-request.ts";
import { awaitPlan, beginPlan, type PlanState, readPlanState } from "../plan-reader.ts";
import type { AppPorts } from "../ports.ts";
import { requireKnown } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const bodySchema = z.strictObject({
  kind: z.literal("upgrade"),
  clusters: z.array(z.string()).min(1).optional(),
  scope: upgradeScopeSchema.default("minor"),
  /** Whether every cluster is looked into for what would block its upgrade. */
  preflight: z.boolean().default(true),
});

const ANSWERS = {
  200: { description: "The plan.", schema: planViewSchema },
  202: {
    description: "It is being made; ask again at Location, not sooner than Retry-After says.",
    schema: z.object({ id: z.string(), status: z.literal("planning") }),
  },
};

/** `POST api/v1/plans`, `GET api/v1/plans/{id}`: says before anything changes what an upgrade would do. */
export function registerPlans(ports: AppPorts): void {
  operatorRoute({
    name: "postPlan",
    method: "POST",
    route: "plans",
    summary: "Says before anything changes what an upgrade would do.",
    role: roleSchema.enum.operator,
    body: bodySchema,
    answers: ANSWERS,
    handle: async ({ body: { clusters, scope, preflight }, client }) => {
      requireKnown((await ports.readFleet()).config, clusters ?? []);
      const id = await beginPlan(client, {
        targets: clusters ?? null,
        scope,
        withPreflight: preflight,
        asksAgain: true,
      });
      return answerOf(id, await awaitPlan(client, id));
    },
  });
  operatorRoute({
    name: "getPlan",
    method: "GET",
    route: "plans/{id}",
    summary: "A plan that was made, or is being made.",
    role: roleSchema.enum.viewer,
    answers: { ...ANSWERS, 404: { description: "There is no such plan." } },
    handle: async ({ request, client }) => {
      const id = runIdIn(request);
      return answerOf(id, await readPlanState(client, id));
    },
  });
}

/** The plan, 202 while it is made. Throws Problem: 404 for none, 502 when it could not be made. */
function answerOf(id: string, state: PlanState | undefined): HttpResponseInit {
  switch (state?.kind) {
    case undefined:
      throw new Problem(404, "No such plan", `There is no plan ${id}.`);
    case "made":
      return json(200, planView(id, state.planned, Date.now()));
    case "failed":
      throw new Problem(502, "The plan could not be made", state.reason);
    case "planning":
      return json(202, { id, status: "planning" }, { location: `/api/v1/plans/${id}`, "retry-after": "5" });
  }
}
