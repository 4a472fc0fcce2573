import { type ClusterTest, clusterTestSchema } from "../domain/restore/restore-report.ts";
import type { ActivityPorts } from "./ports.ts";

/** How the test of a cluster's backup went. A test that ended without a result was broken by a bug. */
export async function readTestResult(
  ports: ActivityPorts,
  { instanceId }: { readonly instanceId: string },
): Promise<ClusterTest> {
  return clusterTestSchema.parse(await ports.resultOf(instanceId));
}
