import type { HttpResponseInit } from "@azure/functions";
import type * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { planView, planViewSchema } from "../../domain/api/plan-view.ts";
import { restorePlanView, restorePlanViewSchema } from "../../domain/api/restore-plan-view.ts";
import { upgradeScopeSchema } from "../../domain/run-request.ts";
import { awaitPlan, beginPlan, beginRestorePlan, type PlanState, readPlanState } from "../plan-reader.ts";
import type { AppPorts } from "../ports.ts";
import { requireKnown, requireTests } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const clusters = z.array(z.string()).min(1).optional();

const upgradePlanSchema = z.strictObject({
  kind: z.literal("upgrade"),
  clusters,
  scope: upgradeScopeSchema.default("minor"),
  /** Whether every cluster is looked into for what would block its upgrade. */
  preflight: z.boolean().default(true),
});

const restorePlanSchema = z.strictObject({
  kind: z.literal("restore-test"),
  clusters,
  point: z.string().trim().min(1).max(300).optional(),
  keepHours: z.number().min(0).max(168).optional(),
});

const bodySchema = z.discriminatedUnion("kind", [upgradePlanSchema, restorePlanSchema]);

const ANSWERS = {
  200: { description: "The plan.", schema: z.discriminatedUnion("kind", [planViewSchema, restorePlanViewSchema]) },
  202: {
    description: "It is being made; ask again at Location, not sooner than Retry-After says.",
    schema: z.object({ id: z.string(), status: z.literal("planning") }),
  },
};

/** `POST api/v1/plans`, `GET api/v1/plans/{id}`: says before anything changes what a run would do. */
export function registerPlans(ports: AppPorts): void {
  operatorRoute({
    name: "postPlan",
    method: "POST",
    route: "plans",
    summary: "Says before anything changes what a run would do.",
    role: roleSchema.enum.operator,
    body: bodySchema,
    answers: ANSWERS,
    handle: async ({ body, client }) => {
      const { config } = await ports.readFleet();
      requireKnown(config, body.clusters ?? []);
      if (body.kind === "restore-test") requireTests(config, body.clusters ?? []);
      const id = await begin(client, body);
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

function begin(client: df.DurableClient, body: z.infer<typeof bodySchema>): Promise<string> {
  const targets = body.clusters ?? null;
  if (body.kind === "upgrade") {
    return beginPlan(client, { targets, scope: body.scope, withPreflight: body.preflight, asksAgain: true });
  }
  return beginRestorePlan(client, { targets, point: body.point ?? null, keepHours: body.keepHours ?? null });
}

/** The plan, 202 while it is made. Throws Problem: 404 for none, 502 when it could not be made. */
function answerOf(id: string, state: PlanState | undefined): HttpResponseInit {
  switch (state?.kind) {
    case undefined:
      throw new Problem(404, "No such plan", `There is no plan ${id}.`);
    case "made":
      return json(200, planView(id, state.planned, Date.now()));
    case "tests-made":
      return json(200, restorePlanView(id, state.plan));
    case "failed":
      throw new Problem(502, "The plan could not be made", state.reason);
    case "planning":
      return json(202, { id, status: "planning" }, { location: `/api/v1/plans/${id}`, "retry-after": "5" });
  }
}
