import { z } from "zod";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import type { RunFlags } from "./run-command.ts";
import { watchRun } from "./watch.ts";

const startedSchema = z.looseObject({ id: z.string(), status: z.string() });

/** `drydock run upgrade`: starts a run. Answers the exit code. Rejects with CommandFailure. */
export async function startRun(flags: RunFlags, place: Place): Promise<number> {
  const connection = findConnection(flags, place.environment);
  const { cluster: clusters, scope, plan, by, reason, output } = flags;
  const body = {
    ...{ kind: "upgrade", by, reason },
    ...(clusters && { clusters }),
    ...(scope && { scope }),
    ...(plan !== undefined && { plan }),
  };
  const run = await askJson(connection, { method: "POST", path: "runs", body }, startedSchema);
  if (flags.watch) return watchRun(connection, run.id, place);
  printAnswer(place.out, output, run, () => [`Started ${run.id}. Watch it: drydock watch ${run.id}`]);
  return 0;
}
