import type { NodeFacts } from "../domain/proof.ts";
import type { ActivityPorts } from "./ports.ts";

/** Nodes of a cluster that a run changes. */
export interface NodesInput {
  readonly resourceId: string;
  readonly runId: string;
  readonly nodes: readonly string[];
}

/** The nodes of a pool, by name. */
export async function listNodes(
  ports: ActivityPorts,
  { resourceId, pool }: { readonly resourceId: string; readonly pool: string },
): Promise<NodeFacts[]> {
  return (await ports.openKubernetes(resourceId)).nodesOfPool(pool);
}

/** Cordons nodes in the name of a run. */
export async function cordonNodes(ports: ActivityPorts, { resourceId, runId, nodes }: NodesInput): Promise<null> {
  const kubernetes = await ports.openKubernetes(resourceId);
  for (const node of nodes) await kubernetes.cordon(node, runId);
  return null;
}

/** Takes back the run's own cordons; those of others stay. */
export async function uncordonNodes(ports: ActivityPorts, { resourceId, runId, nodes }: NodesInput): Promise<null> {
  const kubernetes = await ports.openKubernetes(resourceId);
  for (const node of nodes) await kubernetes.uncordon(node, runId);
  return null;
}
