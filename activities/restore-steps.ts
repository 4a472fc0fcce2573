import type { OperationState } from "../domain/long-operation.ts";
import type { BackupOperation } from "../domain/restore/backup-provider.ts";
import { quietings } from "../domain/restore/isolation.ts";
import type { LongStep, StepState } from "../domain/restore/long-step.ts";
import type { ActivityPorts } from "./ports.ts";
import { beginProbe, pollProbe } from "./restore-probe.ts";
import { installProvider } from "./restore-provider.ts";
import { verify } from "./restore-verify.ts";

/** How long a deletion of namespaces is left alone between two looks. */
const EMPTYING_SECONDS = 10;

/** A step that is to be looked at, and how it was at the last look. */
export interface StepLook {
  readonly step: LongStep;
  readonly state: StepState;
}

/** Begins a step of a restore test, or finds it begun. */
export async function beginRestoreStep(ports: ActivityPorts, step: LongStep): Promise<StepState> {
  switch (step.kind) {
    case "scratch":
      return ofScratch(await ports.restore.beginScratchStep(step.spec, step.step));
    case "provider":
      return installProvider(ports, step.targets);
    case "validation":
      return ofOperation(await (await ports.restore.openProvider(step.provider)).beginValidation(step.request));
    case "restore":
      return ofOperation(await (await ports.restore.openProvider(step.provider)).beginRestore(step.request));
    case "verification":
      return verify(ports, step, 0);
    case "probe":
      return beginProbe(ports, step.asked);
    case "emptying":
      return empty(ports, step, 0);
  }
}

/** Looks once at a step that was begun. */
export async function pollRestoreStep(ports: ActivityPorts, { step, state }: StepLook): Promise<StepState> {
  if (state.done) return state;
  const polls = state.polls + 1;
  switch (step.kind) {
    case "scratch": {
      const seen = state.seen as OperationState;
      return ofScratch(await ports.restore.pollScratchStep(step.spec, { step: step.step, state: seen }));
    }
    case "provider":
      return installProvider(ports, step.targets);
    case "restore":
      await quietRestored(ports, step.request.targetClusterId, step.namespaces);
      return pollService(ports, step.provider, state.seen as BackupOperation);
    case "validation":
      return pollService(ports, step.provider, state.seen as BackupOperation);
    case "verification":
      return verify(ports, step, polls);
    case "probe":
      return pollProbe(ports, step.asked, state as StepState<"probe">);
    case "emptying":
      return empty(ports, step, polls);
  }
}

/** Suspends CronJobs and takes load balancers back, in namespaces that are restored or being so. */
export async function quietRestored(
  ports: ActivityPorts,
  targetId: string,
  namespaces: readonly string[],
): Promise<void> {
  await ports.restore.inCluster(targetId, async ({ contents }) => {
    const objects = (await contents.loudObjects()).filter(({ namespace }) => namespaces.includes(namespace));
    await contents.quiet(quietings(objects));
  });
}

async function pollService(
  ports: ActivityPorts,
  name: "azure-backup" | "velero",
  operation: BackupOperation,
): Promise<StepState<"restore">> {
  return ofOperation(await (await ports.restore.openProvider(name)).poll(operation));
}

async function empty(
  ports: ActivityPorts,
  { clusterId, namespaces }: Extract<LongStep, { kind: "emptying" }>,
  polls: number,
): Promise<StepState<"emptying">> {
  const left = await ports.restore.inCluster(clusterId, (cluster) => cluster.namespaces.remove(namespaces));
  return { done: left.length === 0, failure: null, retryAfterSeconds: EMPTYING_SECONDS, polls, seen: left };
}

function ofScratch(seen: OperationState): StepState<"scratch"> {
  const { done, failure, retryAfterSeconds, polls } = seen;
  return { done, failure, retryAfterSeconds, polls, seen };
}

function ofOperation(seen: BackupOperation): StepState<"restore"> {
  const { status, failure, retryAfterSeconds, polls } = seen;
  return { done: status !== "running", failure, retryAfterSeconds, polls, seen };
}
