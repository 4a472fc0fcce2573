import { z } from "zod";
import type { RunKind } from "../../domain/run-kind.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import type { RunFlags } from "./run-command.ts";
import { checkKind } from "./target-options.ts";
import { watchRun } from "./watch.ts";

const startedSchema = z.looseObject({ id: z.string(), status: z.string() });

/** `drydock run`: starts a run. Answers the exit code. Rejects with CommandFailure. */
export async function startRun(kind: RunKind, flags: RunFlags, place: Place): Promise<number> {
  checkKind(kind, flags);
  const connection = findConnection(flags, place.environment);
  const { cluster: clusters, scope, plan, point, keepHours, by, reason, output } = flags;
  const body = {
    ...{ kind, by, reason },
    ...(clusters && { clusters }),
    ...(scope && { scope }),
    ...(plan !== undefined && { plan }),
    ...(point !== undefined && { point }),
    ...(keepHours !== undefined && { keepHours }),
  };
  const run = await askJson(connection, { method: "POST", path: "runs", body }, startedSchema);
  if (flags.watch) return watchRun(connection, run.id, place);
  printAnswer(place.out, output, run, () => [`Started ${run.id}. Watch it: drydock watch ${run.id}`]);
  return 0;
}
