import { randomUUID } from "node:crypto";
import type * as df from "durable-functions";
import { z } from "zod";
import { RUN_KINDS } from "../../domain/run-kind.ts";
import { type RunRequest, upgradeScopeSchema } from "../../domain/run-request.ts";
import type { AppPorts } from "../ports.ts";
import { findStatus } from "../run-lookup.ts";
import { listRuns, readRun } from "../run-reader.ts";
import { requireKnown, requireTests } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem, readBody } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const MOST_RUNS = 200;

const why = {
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(1000),
};

const startUpgradeSchema = z
  .strictObject({
    kind: z.literal("upgrade"),
    clusters: z.array(z.string()).min(1).optional(),
    scope: upgradeScopeSchema.optional(),
    /** A plan that was shown before: the run does that, and not what it would plan now. */
    plan: z
      .string()
      .regex(/^plan-[0-9a-f]{16}$/, "expected the id of a plan")
      .optional(),
    ...why,
  })
  .refine(({ plan, clusters, scope }) => plan === undefined || (clusters === undefined && scope === undefined), {
    error: "a plan says itself which clusters it is for and how far it goes",
    path: ["plan"],
  });

const startRestoreTestSchema = z.strictObject({
  kind: z.literal("restore-test"),
  clusters: z.array(z.string()).min(1).optional(),
  /** `latest`, `oldest`, `random`, a day, an instant or a point's id; what the plan says when left out. */
  point: z.string().trim().min(1).max(300).optional(),
  /** How long people may look into the scratch clusters; the plan's validation window when left out. */
  keepHours: z.number().min(0).max(168).optional(),
  ...why,
});

const startSchema = z.discriminatedUnion("kind", [startUpgradeSchema, startRestoreTestSchema]);
type Start = z.infer<typeof startSchema>;

/** `POST api/v1/runs`, `GET api/v1/runs`, `GET api/v1/runs/{id}`: starts, lists and shows runs. */
export function registerRuns(ports: AppPorts): void {
  operatorRoute({
    name: "postRun",
    method: "POST",
    route: "runs",
    handle: async (request, client, context) => {
      const start = await readBody(request, startSchema);
      const { kind, by, reason } = start;
      const { config } = await ports.readFleet();
      requireKnown(config, start.clusters ?? []);
      if (kind === "restore-test") requireTests(config, start.clusters ?? []);
      else if (start.plan !== undefined) await requirePlan(client, start.plan);
      const id = `${kind}-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
      await client.startNew(RUN_KINDS[kind], { instanceId: id, input: requestOf(start) });
      context.log(`${by} started run ${id}: ${reason}`);
      return json(202, { id, kind, status: "pending" }, { location: `/api/v1/runs/${id}` });
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

function requestOf(start: Start): RunRequest {
  const { by, reason, clusters } = start;
  const common = { trigger: { by, reason, event: null }, targets: clusters ?? null };
  if (start.kind === "restore-test") {
    return { kind: start.kind, ...common, point: start.point ?? null, keepHours: start.keepHours ?? null };
  }
  return { kind: start.kind, ...common, facts: null, scope: start.scope ?? "minor", plan: start.plan ?? null };
}

/** Throws Problem 409 for a plan that is not there, or not made yet. */
async function requirePlan(client: df.DurableClient, plan: string): Promise<void> {
  const status = await findStatus(client, plan);
  if (status?.runtimeStatus === "Completed") return;
  throw new Problem(409, "No such plan", `There is no plan ${plan} that is ready; make one with POST plans.`);
}
