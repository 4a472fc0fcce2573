import { DrydockError } from "../domain/errors.ts";
import { compareContents } from "../domain/restore/compare-contents.ts";
import { type ClusterObject, expectedContents } from "../domain/restore/expected-contents.ts";
import type { ContentsSeen, LongStep, StepState } from "../domain/restore/long-step.ts";
import type { ActivityPorts } from "./ports.ts";

/** Looks are close together at first, when most pods become ready, and then less so. */
const LOOK_SECONDS = { first: 10, longest: 60 };
/** What is pending and named in a look: the rest is counted. */
const NAMED_PENDING = 100;

type Verification = Extract<LongStep, { kind: "verification" }>;

/**
 * Compares what was restored with what the recovery point should hold. It is done when nothing is missing that waiting may
 * bring: workloads are ready, claims bound.
 */
export async function verify(
  ports: ActivityPorts,
  { input, planned }: Verification,
  polls: number,
): Promise<StepState<"verification">> {
  const { cluster, test } = input;
  const found = await ports.restore.inCluster(planned.names.clusterId, ({ contents }) => contents.inventory());
  const restored = found.filter(({ namespace }) => planned.namespaces?.includes(namespace));
  const expected = await expectedOf(ports, { input, planned });
  const comparison = { cluster, found, namespaceMappings: expected ? test.namespaceMappings : {} };
  // Where nothing is known to compare with, what came back has at least to come up.
  const compared = compareContents({ ...comparison, expected: expected ?? restored });
  const pending = compared.pending.slice(0, NAMED_PENDING);
  const rest = compared.pending.length - pending.length;
  const seen: ContentsSeen = {
    isKnown: expected !== null,
    findings: compared.findings,
    counts: compared.counts,
    pending: rest > 0 ? [...pending, `${rest} more objects are not ready`] : pending,
  };
  const retryAfterSeconds = Math.min(LOOK_SECONDS.longest, LOOK_SECONDS.first * (1 + Math.floor(polls / 6)));
  return { done: pending.length === 0, failure: null, retryAfterSeconds, polls, seen };
}

/** What should be there, as the source has it; null when the source does not let itself be read. */
async function expectedOf(
  ports: ActivityPorts,
  { input, planned: { instance, point, scope } }: Omit<Verification, "kind">,
): Promise<ClusterObject[] | null> {
  if (!instance || !point) return null;
  try {
    const objects = await ports.restore.inCluster(input.resourceId, ({ contents }) => contents.inventory());
    return expectedContents(objects, { instance, scope, takenAt: point.takenAt });
  } catch (error) {
    if (error instanceof DrydockError && error.failure.class !== "transient") return null;
    throw error;
  }
}
