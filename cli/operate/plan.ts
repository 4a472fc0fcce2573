import { planViewSchema } from "../../domain/api/plan-view.ts";
import { restorePlanViewSchema } from "../../domain/api/restore-plan-view.ts";
import type { RunKind } from "../../domain/run-kind.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { wantsColour } from "../view/paint.ts";
import type { PlanFlags } from "./plan-command.ts";
import { planLines } from "./plan-text.ts";
import { restorePlanLines } from "./restore-plan-text.ts";
import { checkKind } from "./target-options.ts";

/** `drydock plan`: asks for a plan and prints it. Answers the exit code. Rejects with CommandFailure. */
export async function plan(kind: RunKind, flags: PlanFlags, { out, err, environment }: Place): Promise<number> {
  checkKind(kind, flags);
  const connection = findConnection(flags, environment);
  const { cluster: clusters, scope, preflight, point, keepHours, output } = flags;
  const isColoured = wantsColour(out, environment);
  if (err.isTTY) err.write("Planning: every cluster is looked at.\n");
  if (kind === "upgrade") {
    const body = { kind, preflight, ...(clusters && { clusters }), ...(scope && { scope }) };
    const view = await askJson(connection, { method: "POST", path: "plans", body }, planViewSchema);
    printAnswer(out, output, view, () => planLines(view, isColoured));
    return 0;
  }
  const more = { ...(point !== undefined && { point }), ...(keepHours !== undefined && { keepHours }) };
  const body = { kind, ...(clusters && { clusters }), ...more };
  const view = await askJson(connection, { method: "POST", path: "plans", body }, restorePlanViewSchema);
  printAnswer(out, output, view, () => restorePlanLines(view, { point: point ?? null, isColoured }));
  return 0;
}
