import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import type { AppPorts } from "./ports.ts";
import { findStatus, readRunIndex, startOnce } from "./run-lookup.ts";

/** Longest life of scratch resources that fleet.yaml takes, two weeks: what a run before that left has expired since. */
const WATCHED_MS = 15 * 24 * 3_600_000;
/** The pass of this hour, UTC, is made in any case: a host may have lost what it knew of runs. */
const DAILY_HOUR = 4;

/**
 * The janitor: an hourly pass that takes away what dead runs left behind. Nothing is asked of Azure while no run of restore
 * tests was known for two weeks, but once a day.
 *
 * @param schedule NCRONTAB, in WEBSITE_TIME_ZONE (UTC without it)
 */
export function registerJanitor(schedule: string, ports: AppPorts): void {
  app.timer("tickJanitor", {
    schedule,
    extraInputs: [df.input.durableClient()],
    handler: (_timer, context) => pass(ports, df.getClient(context), context),
  });
}

async function pass(ports: AppPorts, client: df.DurableClient, context: InvocationContext): Promise<void> {
  const now = new Date();
  const mayHaveLeft = await hasWatchedRun(client, now.getTime());
  const isDaily = now.getUTCHours() === DAILY_HOUR && (await ports.readFleet()).config.restoreTests !== undefined;
  if (!mayHaveLeft && !isDaily) return;
  const instanceId = `janitor-${now.toISOString().slice(0, 13).replaceAll("-", "").toLowerCase()}`;
  if (await findStatus(client, instanceId)) return context.log(`${instanceId} is known`);
  await startOnce(client, "janitor", instanceId, null);
}

async function hasWatchedRun(client: df.DurableClient, nowMs: number): Promise<boolean> {
  const index = await readRunIndex(client);
  return index.some(
    ({ kind, startedAt, endedAt }) => kind === "restore-test" && nowMs - Date.parse(endedAt ?? startedAt) < WATCHED_MS,
  );
}
