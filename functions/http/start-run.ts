import { createHash, randomUUID } from "node:crypto";
import type { HttpRequest } from "@azure/functions";
import type * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { RUN_KINDS, type RunKind, runKindSchema } from "../../domain/run-kind.ts";
import { type RunRequest, runRequestSchema, upgradeScopeSchema } from "../../domain/run-request.ts";
import type { AppPorts } from "../ports.ts";
import { findStatus, startOnce } from "../run-lookup.ts";
import { signedBy } from "./door.ts";
import { requireKnown, requireTests } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";

const why = {
  by: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .optional()
    .describe("Who wants it. With a key it has to be said; who is signed in is known."),
  reason: z.string().trim().min(1).max(1000).describe("Stands in the report."),
};

const clusters = z.array(z.string()).min(1).optional().describe("Names of clusters; all without it.");

const startUpgradeSchema = z
  .strictObject({
    kind: z.literal("upgrade"),
    clusters,
    scope: upgradeScopeSchema.optional(),
    plan: z
      .string()
      .regex(/^plan-[0-9a-f]{16}$/, "expected the id of a plan")
      .optional()
      .describe("A plan that was shown before: the run does that, and not what it would plan now."),
    ...why,
  })
  .refine(({ plan, clusters, scope }) => plan === undefined || (clusters === undefined && scope === undefined), {
    error: "a plan says itself which clusters it is for and how far it goes",
    path: ["plan"],
  });

const startRestoreTestSchema = z.strictObject({
  kind: z.literal("restore-test"),
  clusters,
  point: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .optional()
    .describe("latest, oldest, random, a day, an instant or a point's id; what the plan says without it."),
  keepHours: z
    .number()
    .min(0)
    .max(168)
    .optional()
    .describe("How long people may look into the scratch clusters; the plan's validation window without it."),
  ...why,
});

const startSchema = z.discriminatedUnion("kind", [startUpgradeSchema, startRestoreTestSchema]);
type Start = z.infer<typeof startSchema>;

/** What is read of a run that an earlier call with the same key started. */
const earlierSchema = z.object({ kind: runKindSchema, trigger: z.object({ by: z.string() }) });

const KEY = /^[\x21-\x7e]{1,200}$/;

/** `POST api/v1/runs`: starts a run. */
export function registerStartRun(ports: AppPorts): void {
  operatorRoute({
    name: "postRun",
    method: "POST",
    route: "runs",
    summary: "Starts a run.",
    role: roleSchema.enum.operator,
    body: startSchema,
    headers: {
      "Idempotency-Key": "Whatever tells this wish from others, 1 to 200 characters: sent again, it starts nothing.",
    },
    answers: {
      202: {
        description: "It is started, or was by an earlier call with the same Idempotency-Key.",
        schema: z.object({ id: z.string(), kind: runKindSchema, status: z.literal("pending") }),
      },
      409: { description: "There is no such plan; or the Idempotency-Key was used for something else." },
    },
    handle: async ({ request, body, caller, client, context }) => {
      const { kind, reason } = body;
      const by = signedBy(caller, body.by);
      const id = idOf(request, kind);
      const wish = requestOf(body, by);
      const started = json(202, { id, kind, status: "pending" }, { location: `/api/v1/runs/${id}` });
      if (await isStarted(client, id, wish)) return started;
      const { config } = await ports.readFleet();
      requireKnown(config, body.clusters ?? []);
      if (kind === "restore-test") requireTests(config, body.clusters ?? []);
      else if (body.plan !== undefined) await requirePlan(client, body.plan);
      await startOnce(client, RUN_KINDS[kind], id, wish);
      context.log(`${by} started run ${id}: ${reason}`);
      return started;
    },
  });
}

/** The id of the run: made of the Idempotency-Key where there is one. Throws Problem 400 for what can be none. */
function idOf(request: HttpRequest, kind: RunKind): string {
  const key = request.headers.get("idempotency-key");
  if (key === null) return `${kind}-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  if (!KEY.test(key)) {
    throw new Problem(400, "Invalid header", "Idempotency-Key has 1 to 200 visible characters of ASCII.");
  }
  return `${kind}-${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

/** Whether an earlier call started this. Throws Problem 409 when it started something else. */
async function isStarted(client: df.DurableClient, id: string, wish: RunRequest): Promise<boolean> {
  const status = await findStatus(client, id);
  if (!status) return false;
  if (canonical(runRequestSchema.safeParse(status.input).data) === canonical(wish)) return true;
  const earlier = earlierSchema.safeParse(status.input).data;
  const detail = `Its run ${id} was started${earlier ? ` by ${earlier.trigger.by}` : ""} for something else; take another key.`;
  throw new Problem(409, "Idempotency-Key used before", detail);
}

/** The same for the same wish, in whatever order its members stand. */
function canonical(wish: RunRequest | undefined): string {
  return JSON.stringify(Object.entries(wish ?? {}).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function requestOf(start: Start, by: string): RunRequest {
  const { reason, clusters } = start;
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
