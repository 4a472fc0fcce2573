import { randomUUID } from "node:crypto";
import type * as df from "durable-functions";
import type { RestoreRunPlan, TestsAsked } from "../domain/restore/restore-run-plan.ts";
import type { PlannedUpgrade } from "../domain/upgrade-plan.ts";
import type { PlanUpgradeInput } from "../orchestrations/plan-upgrade.ts";
import { findStatus } from "./run-lookup.ts";

/** How often, and how long apart, it is looked whether a plan is made before the caller is told to come again. */
const LOOKS = 80;
const LOOK_MS = 250;

/** How far a plan is. */
export type PlanState =
  | { readonly kind: "planning" }
  | { readonly kind: "made"; readonly planned: PlannedUpgrade }
  | { readonly kind: "tests-made"; readonly plan: RestoreRunPlan }
  | { readonly kind: "failed"; readonly reason: string };

/** Begins a plan; answers its id. */
export async function beginPlan(client: df.DurableClient, input: PlanUpgradeInput): Promise<string> {
  const id = `plan-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  await client.startNew("planUpgrade", { instanceId: id, input });
  return id;
}

/** Begins a plan of restore tests; answers its id. */
export async function beginRestorePlan(client: df.DurableClient, asked: Omit<TestsAsked, "runId">): Promise<string> {
  const id = `plan-${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  const input: TestsAsked = { ...asked, runId: id };
  await client.startNew("planRestoreTests", { instanceId: id, input });
  return id;
}

/** Waits some seconds for a plan; answers how far it is then. */
export async function awaitPlan(client: df.DurableClient, id: string): Promise<PlanState | undefined> {
  for (let look = 0; look < LOOKS; look += 1) {
    const state = await readPlanState(client, id);
    if (state?.kind !== "planning") return state;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return readPlanState(client, id);
}

/**
 * How far a plan is; undefined when there is none.
 *
 * @param targets what it has to be a plan for, if that matters
 */
export async function readPlanState(
  client: df.DurableClient,
  id: string,
  targets?: readonly string[],
): Promise<PlanState | undefined> {
  const status = id.startsWith("plan-") ? await findStatus(client, id) : undefined;
  if (!status) return undefined;
  const asked = status.input as Partial<PlanUpgradeInput> | null;
  if (targets !== undefined && JSON.stringify(asked?.targets) !== JSON.stringify(targets)) return undefined;
  if (status.runtimeStatus === "Completed" && status.name === "planRestoreTests") {
    return { kind: "tests-made", plan: status.output as RestoreRunPlan };
  }
  if (status.runtimeStatus === "Completed") return { kind: "made", planned: status.output as PlannedUpgrade };
  if (status.runtimeStatus !== "Failed" && status.runtimeStatus !== "Terminated") return { kind: "planning" };
  const said = typeof status.output === "string" ? (status.output.split("\n")[0] ?? "") : status.runtimeStatus;
  return { kind: "failed", reason: said };
}
