import type { RemedyOutcome } from "../adapters/kubernetes/drain/remedies.ts";
import { DrydockError } from "../domain/errors.ts";
import type { ActivityPorts } from "./ports.ts";

/** A remedy for the owner of pods that block. */
export interface RemedyInput {
  readonly resourceId: string;
  readonly runId: string;
  readonly do: "scaleUpOwner" | "restartOwner";
  /** namespace/kind/name */
  readonly target: string;
  /** The instant of a restart, ISO 8601. */
  readonly at: string;
}

/** Carries a remedy out, once for a run; the workload keeps the run's id until it is undone. */
export async function applyRemedy(ports: ActivityPorts, input: RemedyInput): Promise<RemedyOutcome> {
  const { remedies } = await ports.openKubernetes(input.resourceId);
  const { target, runId, at } = input;
  return input.do === "scaleUpOwner" ? remedies.scaleUp(target, runId) : remedies.restart(target, { runId, at });
}

/** A pod (namespace/name) that somebody allowed to delete. */
export interface DeletePodInput {
  readonly resourceId: string;
  readonly pod: string;
  readonly node: string;
}

/** Deletes one pod past its budgets, if it is still where it was when people were asked. */
export async function deletePod(ports: ActivityPorts, input: DeletePodInput): Promise<RemedyOutcome> {
  return (await ports.openKubernetes(input.resourceId)).remedies.deletePod(input.pod, input.node);
}

/** What was taken back, and what could not be, with why. */
export interface UndoneRemedies {
  readonly undone: readonly string[];
  readonly failed: readonly string[];
}

/**
 * Takes back what a run has scaled up, found by the annotation that carries its id; and what runs have left that have ended
 * since. Runs that go on keep theirs. What one workload refuses does not keep the others from being tried.
 */
export async function undoRemedies(
  ports: ActivityPorts,
  { resourceId, runId }: { readonly resourceId: string; readonly runId: string },
): Promise<UndoneRemedies> {
  const { remedies } = await ports.openKubernetes(resourceId);
  const undone: string[] = [];
  const failed: string[] = [];
  for (const { target, by } of await remedies.scaledUp()) {
    if (by !== runId && (await ports.isAlive(by))) continue;
    try {
      await remedies.undoScaleUp(target, by);
      undone.push(target);
    } catch (error) {
      if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
      failed.push(`${target}: ${error.failure.message}`);
    }
  }
  return { undone, failed };
}
