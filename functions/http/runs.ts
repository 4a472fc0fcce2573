import { randomUUID } from "node:crypto";
import type * as df from "durable-functions";
import { z } from "zod";
import { type RunRequest, upgradeScopeSchema } from "../../domain/run-request.ts";
import type { AppPorts } from "../ports.ts";
import { findStatus } from "../run-lookup.ts";
import { listRuns, readRun } from "../run-reader.ts";
import { requireKnown } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem, readBody } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const MOST_RUNS = 200;

const startSchema = z
  .strictObject({
    kind: z.literal("upgrade"),
    clusters: z.array(z.string()).min(1).optional(),
    scope: upgradeScopeSchema.optional(),
    /** A plan that was shown before: the run does that, and not what it would plan now. */
    plan: z
      .string()
      .regex(/^plan-[0-9a-f]{16}$/, "expected the id of a plan")
      .optional(),
    by: z.string().trim().min(1).max(200),
    reason: z.string().trim().min(1).max(1000),
  })
  .refine(({ plan, clusters, scope }) => plan === undefined || (clusters === undefined && scope === undefined), {
    error: "a plan says itself which clusters it is for and how far it goes",
    path: ["plan"],
  });

/** `POST api/v1/runs`, `GET api/v1/runs`, `GET api/v1/runs/{id}`: starts, lists and shows runs. */
export function registerRuns(ports: AppPorts): void {
  operatorRoute({
    name: "postRun",
    method: "POST",
    route: "runs",
    handle: async (request, client, context) => {
      const { clusters, scope, plan, by, reason } = await readBody(request, startSchema);
      requireKnown((await ports.readFleet()).config, clusters ?? []);
      if (plan !== undefined) await requirePlan(client, plan);
      const id = `upgrade-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
      const input: RunRequest = {
        kind: "upgrade",
        trigger: { by, reason, event: null },
        targets: clusters ?? null,
        facts: null,
        scope: scope ?? "minor",
        plan: plan ?? null,
      };
      await client.startNew("upgrade", { instanceId: id, input });
      context.log(`${by} started run ${id}: ${reason}`);
      return json(202, { id, kind: "upgrade", status: "pending" }, { location: `/api/v1/runs/${id}` });
    },
  });
  operatorRoute({
    name: "getRuns",
    method: "GET",
    route: "runs",
    handle: async (request, client) => {
      const limit = Number(request.query.get("limit") ?? 50);
      if (!Number.isInteger(limit) || limit < 1 || limit > MOST_RUNS) {
        throw new Problem(400, "Invalid limit", `limit must be a whole number from 1 to ${MOST_RUNS}.`);
      }
      return json(200, { runs: await listRuns(client, limit) });
    },
  });
  operatorRoute({
    name: "getRun",
    method: "GET",
    route: "runs/{id}",
    handle: async (request, client: df.DurableClient) => {
      const id = runIdIn(request);
      const run = await readRun(client, id);
      if (!run) throw new Problem(404, "No such run", `There is no run ${id}.`);
      return json(200, run);
    },
  });
}

/** Throws Problem 409 for a plan that is not there, or not made yet. */
async function requirePlan(client: df.DurableClient, plan: string): Promise<void> {
  const status = await findStatus(client, plan);
  if (status?.runtimeStatus === "Completed") return;
  throw new Problem(409, "No such plan", `There is no plan ${plan} that is ready; make one with POST plans.`);
}
