import type { Finding } from "../domain/finding.ts";
import type { LongStep, StepEnd } from "../domain/restore/long-step.ts";
import type { PlannedTest } from "../domain/restore/planned-test.ts";
import { MINUTES_OF_STEP, type ScratchSpec, tearDownStepsOf } from "../domain/restore/scratch.ts";
import { errorText, nowMs, type OrchestrationContext, type Step, waitUntil } from "./durable.ts";
import { longStep } from "./restore-step.ts";

/** What is to be taken away. */
export interface TearDown {
  readonly context: OrchestrationContext;
  /** Whose backup was restored; null for what several tests shared. */
  readonly cluster: string | null;
  readonly spec: ScratchSpec;
  readonly names: PlannedTest["names"];
  /** All of it, or only what was made for the test in a cluster into which another one comes. */
  readonly what: "all" | "of-test";
  /** In the scratch cluster: what another test must not find. */
  readonly namespaces: readonly string[];
}

/** How long what is refused is tried again, and the waits between, the last of them from then on. */
const PATIENCE_MS = 6 * 3_600_000;
const WAIT_MINUTES = [1, 2, 5, 10, 20, 30, 60];
const EMPTYING_MINUTES = 15;

interface Piece {
  readonly name: string;
  readonly minutes: number;
  readonly step: LongStep;
}

/**
 * Takes away what was made, and confirms that it is gone. One piece that is refused keeps no other from going; what is refused
 * is tried again for hours. Answers what is left then, which the janitor takes by its tags. The run's cancellation changes
 * nothing of it.
 */
export function* tearDown(work: TearDown): Step<Finding[]> {
  const { context } = work;
  const giveUpMs = nowMs(context) + PATIENCE_MS;
  let left = piecesOf(work).map((piece) => ({ piece, why: "" }));
  for (let round = 0; ; round += 1) {
    const refused: typeof left = [];
    for (const { piece } of left) {
      const end = yield* takeAway(work, piece, round);
      if (end.outcome !== "succeeded") refused.push({ piece, why: end.reason });
    }
    left = refused;
    const waitMs = (WAIT_MINUTES[Math.min(round, WAIT_MINUTES.length - 1)] ?? 60) * 60_000;
    if (left.length === 0) return [];
    if (nowMs(context) + waitMs >= giveUpMs) return [leftRunning(work, left)];
    yield* waitUntil(context, nowMs(context) + waitMs);
  }
}

function piecesOf({ spec, what, namespaces, names }: TearDown): Piece[] {
  const emptying: Piece[] =
    what === "of-test"
      ? [
          {
            name: "emptying",
            minutes: EMPTYING_MINUTES,
            step: { kind: "emptying", clusterId: names.clusterId, namespaces },
          },
        ]
      : [];
  const steps = tearDownStepsOf(spec, what).map(
    (step): Piece => ({ name: step, minutes: MINUTES_OF_STEP[step], step: { kind: "scratch", spec, step } }),
  );
  return [...emptying, ...steps];
}

function* takeAway({ context, spec, what }: TearDown, { name, minutes, step }: Piece, round: number): Step<StepEnd> {
  const part = `${name}-${what}-${round + 1}`;
  const site = { context, runId: spec.runId, test: context.df.instanceId, part };
  try {
    return yield* longStep({ ...site, deadlineMinutes: minutes, endsAtCancel: false }, step);
  } catch (error) {
    return { outcome: "failed", reason: errorText(error), failure: null, state: null };
  }
}

function leftRunning(
  { cluster, names }: TearDown,
  left: ReadonlyArray<{ readonly piece: Piece; readonly why: string }>,
): Finding {
  return {
    code: "ScratchLeftRunning",
    severity: "blocker",
    subject: names.group,
    message: `what was made for the test could not be taken away within 6 h: ${left.map(({ piece }) => piece.name).join(", ")}`,
    evidence: [`resource group ${names.groupId}`, ...left.map(({ piece, why }) => `${piece.name}: ${why}`)],
    remedy:
      "Take away what refuses (a lock, a policy, a missing right); the janitor then deletes the group by its tags.",
    cluster,
  };
}
