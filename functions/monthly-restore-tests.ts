import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { restoreTestOverdueLine } from "../domain/log-lines.ts";
import { dueTests, type MonthlyTests, unseenClusters } from "../domain/restore/due-tests.ts";
import {
  MONTHLY_TESTS,
  MONTHLY_TESTS_KEY,
  type MonthlyRestoreTestsInput,
} from "../orchestrations/monthly-restore-tests.ts";
import type { AppPorts } from "./ports.ts";
import { findStatus, startOnce } from "./run-lookup.ts";

/** When it is looked whether tests are due: their schedule and its time zone stand in fleet.yaml, and may change any day. */
const EVERY_HOUR = "0 0 * * * *";

/** A test that waits for longer than this is told in the log: scratch clusters are busy, or runs break. */
const OVERDUE_MS = 72 * 3_600_000;

/** The monthly restore tests: an hourly tick begins what is due by `restoreTests.schedule` and was not begun yet. */
export function registerMonthlyRestoreTests(ports: AppPorts): void {
  app.timer("tickRestoreTests", {
    schedule: EVERY_HOUR,
    extraInputs: [df.input.durableClient()],
    handler: (_timer, context) => tick(ports, df.getClient(context), context),
  });
}

async function tick(ports: AppPorts, client: df.DurableClient, context: InvocationContext): Promise<void> {
  const plan = (await ports.readFleet()).config.restoreTests;
  if (!plan) return;
  const now = new Date();
  const entity = new df.EntityId(MONTHLY_TESTS, MONTHLY_TESTS_KEY);
  const known = (await client.readEntityState<MonthlyTests>(entity)).entityState ?? {};
  const unseen = unseenClusters(plan, known);
  if (unseen.length > 0) await client.signalEntity(entity, "see", { clusters: unseen, at: now.toISOString() });
  const due = dueTests(plan, known, now.getTime());
  if (due.length === 0) return;
  for (const { cluster, momentAt } of due) {
    if (now.getTime() - Date.parse(momentAt) > OVERDUE_MS) context.warn(restoreTestOverdueLine(cluster, momentAt));
  }
  const hour = now.toISOString().slice(0, 13).replaceAll("-", "").toLowerCase();
  const instanceId = `restore-tick-${hour}`;
  if (await findStatus(client, instanceId)) return context.log(`${instanceId} is known`);
  const input: MonthlyRestoreTestsInput = { runId: `restore-monthly-${hour}`, due, most: plan.scratch.maxClusters };
  await startOnce(client, "monthlyRestoreTests", instanceId, input);
}
