import * as df from "durable-functions";
import { z } from "zod";
import { CANCEL_EVENT } from "../../domain/run-request.ts";
import { RUN_RECORD } from "../../orchestrations/run-record.ts";
import { findStatus, isAlive } from "../run-lookup.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem, readBody } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const signalSchema = z.strictObject({
  signal: z.literal("cancel"),
  by: z.string().trim().min(1).max(200),
  reason: z.string().trim().min(1).max(1000),
});

/** `POST api/v1/runs/{id}/signals`: cancels a run. It stops where nothing is left half done, and undoes what is not done. */
export function registerSignals(): void {
  operatorRoute({
    name: "postSignal",
    method: "POST",
    route: "runs/{id}/signals",
    handle: async (request, client, context) => {
      const id = runIdIn(request);
      const { by, reason } = await readBody(request, signalSchema);
      if (!(await findStatus(client, id))) throw new Problem(404, "No such run", `There is no run ${id}.`);
      if (!(await isAlive(client, id))) throw new Problem(409, "Run has ended", `Run ${id} has ended already.`);
      const cancellation = { by, reason, at: new Date().toISOString() };
      await client.signalEntity(new df.EntityId(RUN_RECORD, id), "cancel", cancellation);
      await client.raiseEvent(id, CANCEL_EVENT, null);
      context.log(`run ${id}: cancel asked for by ${by}`);
      return json(202, { id, signal: "cancel", ...cancellation });
    },
  });
}
