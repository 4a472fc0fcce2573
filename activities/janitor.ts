import { DrydockError } from "../domain/errors.ts";
import type { FoundScratch, Removal, RunStand } from "../domain/restore/janitor-pass.ts";
import { runsIn } from "../domain/restore/janitor-pass.ts";
import type { RestorePlan } from "../domain/restore/restore-plan.ts";
import type { ActivityPorts } from "./ports.ts";

/** Scratch clusters that a run has at most at the same time; more than fleet.yaml takes. */
const SLOTS_MAX = 64;

/** What the janitor found, and how the runs stand that it belongs to. */
export interface JanitorFinds {
  readonly found: FoundScratch;
  readonly stands: Readonly<Record<string, RunStand>>;
}

/** Looks for what runs left behind, in every subscription that restore tests have to do with. Throws DrydockError. */
export async function findLeftovers(ports: ActivityPorts): Promise<JanitorFinds> {
  const { config } = await ports.readFleet();
  const subscriptions = [
    ...(config.restoreTests ? subscriptionsOf(config.restoreTests) : []),
    ...config.clusters.flatMap(({ resourceId }) => subscriptionsIn(resourceId)),
  ];
  const known = await runByGroup(ports);
  const found = await ports.janitor.find(subscriptions, (group) => known.get(group) ?? null);
  const stands: Record<string, RunStand> = {};
  for (const run of runsIn(found)) stands[run] = await ports.standOf(run);
  return { found, stands };
}

/**
 * Begins to delete what a dead run left; looks once more before it does. Answers null, or why it does not go: the next pass
 * tries again.
 */
export async function removeLeftover(ports: ActivityPorts, removal: Removal): Promise<{ readonly why: string | null }> {
  try {
    if (removal.kind === "grant") await ports.janitor.removeGrant(removal.id);
    else await ports.janitor.removeGroup(removal.id, removal.run ?? "");
    return { why: null };
  } catch (error) {
    if (error instanceof DrydockError) return { why: error.failure.message };
    throw error;
  }
}

/** The runs of restore tests that are known here, by the names that their scratch groups would have. */
async function runByGroup(ports: ActivityPorts): Promise<ReadonlyMap<string, string>> {
  const runs = await ports.listRuns("restore-test");
  return new Map(
    runs.flatMap((runId) =>
      Array.from({ length: SLOTS_MAX }, (_, slot) => {
        const { group } = ports.restore.scratchNames({ runId, slot, subscriptionId: "" });
        return [group, runId] as const;
      }),
    ),
  );
}

/** Where scratch clusters are made, and where roles are given for them. */
function subscriptionsOf({ scratch, clusters }: RestorePlan): string[] {
  const places = [
    scratch.backupStorage?.storageAccountId,
    ...clusters.flatMap(({ staging }) => [staging?.resourceGroupId, staging?.storageAccountId]),
  ];
  return [scratch.subscriptionId, ...places.flatMap((place) => subscriptionsIn(place ?? ""))];
}

function subscriptionsIn(resourceId: string): string[] {
  const id = /^\/subscriptions\/([^/]+)/i.exec(resourceId)?.[1];
  return id === undefined ? [] : [id.toLowerCase()];
}
