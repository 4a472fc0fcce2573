import { randomUUID } from "node:crypto";
import * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { NO_CONTROL, type RunControl, type Signal, signalKindSchema, takeSignal } from "../../domain/run-control.ts";
import { SIGNAL_EVENT } from "../../domain/run-request.ts";
import type { RunRecord } from "../../domain/run-status.ts";
import { RUN_RECORD } from "../../orchestrations/run-record.ts";
import { findStatus, isAlive } from "../run-lookup.ts";
import { requireRole, signedBy } from "./door.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

/** How often, and how long apart, it is looked whether a run has taken a signal in. */
const LOOKS = 100;
const LOOK_MS = 100;

const bodySchema = z.strictObject({
  signal: signalKindSchema,
  /** The gate that is answered; needed only when several stand open. */
  gate: z.string().max(200).optional(),
  /** With a key it has to be said; who is signed in is known. */
  by: z.string().trim().min(1).max(200).optional(),
  reason: z.string().trim().min(1).max(1000),
});

const takenSchema = z.object({
  id: z.string(),
  signal: signalKindSchema,
  gate: z.string().nullable(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});

/** Signals that decide what somebody else has asked for. */
const DECISIONS: readonly Signal["kind"][] = ["approve", "decline"];

/**
 * `POST api/v1/runs/{id}/signals`: tells a run something. It answers when the run has taken it in: a signal that would have
 * no effect is refused, with why.
 */
export function registerSignals(): void {
  operatorRoute({
    name: "postSignal",
    method: "POST",
    route: "runs/{id}/signals",
    summary: "Tells a run something: an answer to what it asks, or what it is to do.",
    role: roleSchema.enum.viewer,
    body: bodySchema,
    answers: {
      202: { description: "The run has taken it in.", schema: takenSchema },
      404: { description: "There is no such run." },
      409: { description: "It would have no effect, and why." },
      503: { description: "The run has not taken it in yet; look at it before sending it again." },
    },
    handle: async ({ request, body, caller, client, context }) => {
      const id = runIdIn(request);
      const { signal: kind, gate = null, reason } = body;
      requireRole(caller, DECISIONS.includes(kind) ? "approver" : "operator");
      const by = signedBy(caller, body.by);
      if (!(await findStatus(client, id))) throw new Problem(404, "No such run", `There is no run ${id}.`);
      if (!(await isAlive(client, id))) throw new Problem(409, "Run has ended", `Run ${id} has ended already.`);
      const signal: Signal = { id: randomUUID(), kind, by, reason, at: new Date().toISOString(), gate };
      const { control, waiters } = await send(client, id, signal);
      for (const waiter of [id, ...waiters]) await wake(client, waiter);
      const taken = control.signals.find((known) => known.id === signal.id) ?? signal;
      context.log(`run ${id}: ${kind} by ${by}`);
      return json(202, { id, signal: kind, gate: taken.gate, by, reason, at: signal.at });
    },
  });
}

/** Sends a signal to the run's record and waits until it shows what became of it. Throws Problem 409 when it is refused. */
async function send(client: df.DurableClient, runId: string, signal: Signal): Promise<RunRecord> {
  const entity = new df.EntityId(RUN_RECORD, runId);
  const before = (await client.readEntityState<RunRecord>(entity)).entityState?.control ?? NO_CONTROL;
  const expected = takeSignal(before, signal);
  if ("refused" in expected) throw refused(runId, signal, expected.refused);
  await client.signalEntity(entity, "signal", signal);
  for (let look = 0; look < LOOKS; look += 1) {
    const { entityState } = await client.readEntityState<RunRecord>(entity);
    if (entityState && isTaken(entityState.control, signal)) return entityState;
    const refusal = entityState?.control.refused.find(({ id }) => id === signal.id);
    if (refusal) throw refused(runId, signal, refusal.why);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const detail = `Run ${runId} has not taken the ${signal.kind} in yet; look at the run before sending it again.`;
  throw new Problem(503, "Not taken in yet", detail);
}

function isTaken({ signals }: RunControl, { id }: Signal): boolean {
  return signals.some((known) => known.id === id);
}

function refused(runId: string, { kind }: Signal, why: string): Problem {
  return new Problem(409, "Signal refused", `Run ${runId} cannot take ${kind}: ${why}.`);
}

/** Wakes a part of a run, unless it has ended meanwhile. */
async function wake(client: df.DurableClient, instanceId: string): Promise<void> {
  if (await isAlive(client, instanceId)) await client.raiseEvent(instanceId, SIGNAL_EVENT, null);
}
