import { planViewSchema } from "../../domain/api/plan-view.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { wantsColour } from "../view/paint.ts";
import type { PlanFlags } from "./plan-command.ts";
import { planLines } from "./plan-text.ts";

/** `drydock plan upgrade`: asks for a plan and prints it. Answers the exit code. Rejects with CommandFailure. */
export async function plan(flags: PlanFlags, { out, err, environment }: Place): Promise<number> {
  const connection = findConnection(flags, environment);
  const { cluster: clusters, scope, preflight, output } = flags;
  if (err.isTTY) err.write("Planning: every cluster is looked at.\n");
  const body = { kind: "upgrade", preflight, ...(clusters && { clusters }), ...(scope && { scope }) };
  const view = await askJson(connection, { method: "POST", path: "plans", body }, planViewSchema);
  printAnswer(out, output, view, () => planLines(view, wantsColour(out, environment)));
  return 0;
}
