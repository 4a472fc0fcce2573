import { app } from "@azure/functions";
import * as df from "durable-functions";
import type { RunRequest } from "../domain/run-request.ts";
import { findStatus } from "./run-lookup.ts";

/** Monday at six, in WEBSITE_TIME_ZONE (UTC without it). AKS releases node images weekly. */
const SCHEDULE = "0 0 6 * * 1";

/** The weekly search for new node images: the run's plan finds what is behind, and a run that finds nothing says so. */
export function registerFindNodeImages(): void {
  app.timer("findNodeImages", {
    schedule: SCHEDULE,
    extraInputs: [df.input.durableClient()],
    handler: async (_timer, context) => {
      const client = df.getClient(context);
      const day = new Date().toISOString().slice(0, 10);
      const runId = `upgrade-weekly-${day}`;
      if (await findStatus(client, runId)) return context.log(`run ${runId} is known`);
      const request: RunRequest = {
        kind: "upgrade",
        trigger: { by: "timer", reason: "weekly search for what is behind", event: null },
        targets: null,
        facts: null,
        scope: "minor",
        plan: null,
      };
      await client.startNew("upgrade", { instanceId: runId, input: request });
      context.log(`started run ${runId}`);
    },
  });
}
