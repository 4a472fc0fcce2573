import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { decideDeadRun, stopSignal } from "../domain/dead-run.ts";
import { SIGNAL_EVENT } from "../domain/run-request.ts";
import type { RunRecord } from "../domain/run-status.ts";
import { RUN_RECORD } from "../orchestrations/run-record.ts";
import type { SweepDeadRunsInput } from "../orchestrations/sweep-dead-runs.ts";
import { findStatus, isAlive, readRunIndex } from "./run-lookup.ts";

/** Twenty past every hour, when no search begins. */
const SCHEDULE = "0 20 * * * *";
/** There is one sweep at a time. */
const SWEEP_ID = "upgrade-janitor";

/**
 * The janitor of upgrades: looks every hour for runs that were ended from outside (terminated) before they could undo what they
 * had begun. Parts that go on without their run are told to stop; when nobody is left, what the run has on record is undone.
 * While there are none it reads the list of runs, and nothing else.
 */
export function registerUpgradeJanitor(): void {
  app.timer("upgradeJanitor", {
    schedule: SCHEDULE,
    extraInputs: [df.input.durableClient()],
    handler: (_timer, context) => lookForDeadRuns(df.getClient(context), context),
  });
}

async function lookForDeadRuns(client: df.DurableClient, context: InvocationContext): Promise<void> {
  const index = await readRunIndex(client);
  const runs: string[] = [];
  for (const { id, kind, endedAt } of index) {
    if (endedAt !== null || kind !== "upgrade") continue;
    const decision = await decide(client, id);
    if (decision === "stopParts") await stopParts(client, context, id);
    if (decision === "sweep") runs.push(id);
  }
  if (runs.length === 0 || (await isAlive(client, SWEEP_ID))) return;
  await client.startNew("sweepDeadRuns", { instanceId: SWEEP_ID, input: { runs } satisfies SweepDeadRunsInput });
  context.log(`upgrade janitor: ${runs.join(", ")} ended without a report`);
}

async function decide(client: df.DurableClient, id: string): Promise<ReturnType<typeof decideDeadRun>["kind"]> {
  const status = (await findStatus(client, id))?.runtimeStatus ?? null;
  const life = { id, hasReported: false, status };
  // Only of a dead run is it asked whether its parts live: that looks at every orchestration under way.
  const { kind } = decideDeadRun({ ...life, hasLiveParts: false });
  return kind === "leave" ? kind : decideDeadRun({ ...life, hasLiveParts: await hasLiveParts(client, id) }).kind;
}

/** Whether an orchestration goes on whose id begins as those of the run's parts do (runIds). */
async function hasLiveParts(client: df.DurableClient, runId: string): Promise<boolean> {
  const { Pending, Running, ContinuedAsNew, Suspended } = df.OrchestrationRuntimeStatus;
  const live = await client.getStatusBy({ runtimeStatus: [Pending, Running, ContinuedAsNew, Suspended] });
  return live.some(({ instanceId }) => [":", "~", "*"].some((mark) => instanceId.startsWith(`${runId}${mark}`)));
}

async function stopParts(client: df.DurableClient, context: InvocationContext, runId: string): Promise<void> {
  const entity = new df.EntityId(RUN_RECORD, runId);
  await client.signalEntity(entity, "signal", stopSignal(runId, Date.now()));
  const { entityState } = await client.readEntityState<RunRecord>(entity);
  for (const waiter of entityState?.waiters ?? []) {
    if (await isAlive(client, waiter)) await client.raiseEvent(waiter, SIGNAL_EVENT, null);
  }
  context.log(`upgrade janitor: run ${runId} was ended from outside; its parts are told to stop`);
}
