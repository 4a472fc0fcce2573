import type * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { gateSchema } from "../../domain/run-control.ts";
import { runKindSchema } from "../../domain/run-kind.ts";
import { listRuns, readRun } from "../run-reader.ts";
import { json, operatorRoute } from "./operator-route.ts";

/** Runs under way that are looked into. */
const MOST_RUNS = 200;

const approvalSchema = z
  .object({ run: z.string(), kind: runKindSchema, by: z.string(), reason: z.string(), gate: gateSchema })
  .meta({ id: "Approval" });
type Approval = z.infer<typeof approvalSchema>;

/** `GET api/v1/approvals`: what runs under way ask of people, what expires first at the top. */
export function registerApprovals(): void {
  operatorRoute({
    name: "getApprovals",
    method: "GET",
    route: "approvals",
    summary: "What runs under way ask of people, what expires first at the top.",
    role: roleSchema.enum.viewer,
    answers: { 200: { description: "Open gates.", schema: z.object({ approvals: z.array(approvalSchema) }) } },
    handle: async ({ client }) => json(200, { approvals: await openGates(client) }),
  });
}

async function openGates(client: df.DurableClient): Promise<Approval[]> {
  const { runs } = await listRuns(client, { limit: MOST_RUNS, status: "running" });
  const read = await Promise.all(runs.map(({ id }) => readRun(client, id, false)));
  return read
    .flatMap((run) => {
      if (!run || run.status === "finished") return [];
      const { id, kind, trigger, gates } = run;
      return gates.map((gate) => ({ run: id, kind, by: trigger.by, reason: trigger.reason, gate }));
    })
    .toSorted((left, right) => Date.parse(left.gate.expiresAt) - Date.parse(right.gate.expiresAt));
}
