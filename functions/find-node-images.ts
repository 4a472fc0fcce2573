import { app, type InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { isByPerson, type UpgradeRunRequest } from "../domain/run-request.ts";
import { WEEKLY_SEARCH } from "../domain/search-times.ts";
import type { SearchNodeImagesInput } from "../orchestrations/search-node-images.ts";
import { findStatus, isAlive, readRunIndex } from "./run-lookup.ts";

/**
 * The searches for what is behind; no event tells of a new node image. The weekly one starts a run that always reports. The
 * daily one starts a run only when there is something to do, and is otherwise a line in the log. Both at most once a day,
 * whatever the host does twice.
 *
 * @param dailySchedule NCRONTAB, in WEBSITE_TIME_ZONE (UTC without it)
 */
export function registerFindNodeImages(dailySchedule: string): void {
  app.timer("findNodeImages", {
    schedule: WEEKLY_SEARCH,
    extraInputs: [df.input.durableClient()],
    handler: (_timer, context) => searchWeekly(df.getClient(context), context),
  });
  app.timer("findNodeImagesDaily", {
    schedule: dailySchedule,
    extraInputs: [df.input.durableClient()],
    handler: (_timer, context) => searchDaily(df.getClient(context), context),
  });
}

async function searchWeekly(client: df.DurableClient, context: InvocationContext): Promise<void> {
  const runId = `upgrade-weekly-${today()}`;
  if (await findStatus(client, runId)) return context.log(`run ${runId} is known`);
  const request: UpgradeRunRequest = {
    kind: "upgrade",
    trigger: { by: "timer", reason: "weekly search for what is behind", event: null },
    targets: null,
    facts: null,
    scope: "minor",
    plan: null,
  };
  await client.startNew("upgrade", { instanceId: runId, input: request });
  context.log(`started run ${runId}`);
}

async function searchDaily(client: df.DurableClient, context: InvocationContext): Promise<void> {
  const day = today();
  const instanceId = `search-daily-${day}`;
  if (await findStatus(client, instanceId)) return context.log(`${instanceId} is known`);
  const current = await runUnderWay(client);
  const input: SearchNodeImagesInput = { planId: `plan-daily-${day}`, runId: `upgrade-daily-${day}`, current };
  await client.startNew("searchNodeImages", { instanceId, input });
}

/**
 * The newest run that a timer or an event started and that is under way: another one would meet the same clusters, and halt
 * where that one waits for people already.
 */
async function runUnderWay(client: df.DurableClient): Promise<string | null> {
  const index = await readRunIndex(client);
  for (const { id, kind, trigger, endedAt } of index) {
    if (kind === "upgrade" && !isByPerson(trigger) && endedAt === null && (await isAlive(client, id))) return id;
  }
  return null;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
