import { type Isolation, isolationGaps, isolationOf } from "../domain/restore/isolation.ts";
import type { ActivityPorts } from "./ports.ts";
import { quietRestored } from "./restore-steps.ts";

/** Makes the namespaces that a restore will fill, each with the policy that isolates it. */
export async function isolateScratch(ports: ActivityPorts, isolation: Isolation): Promise<null> {
  await ports.restore.inCluster(isolation.targetId, ({ contents }) => contents.apply(isolationOf(isolation)));
  return null;
}

/**
 * Quiets what was restored and looks whether all of it is isolated; answers what is not. A restore may have changed what was
 * there before it.
 */
export async function checkIsolation(ports: ActivityPorts, isolation: Isolation): Promise<string[]> {
  await quietRestored(ports, isolation.targetId, isolation.namespaces);
  return ports.restore.inCluster(isolation.targetId, async ({ contents, namespaces }) =>
    isolationGaps(isolationOf(isolation), await namespaces.policies(), await contents.loudObjects()),
  );
}
