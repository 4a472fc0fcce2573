import type { CoreV1Api } from "@kubernetes/client-node";
import { statusCodeOf } from "./kubernetes-failure.ts";

/** Annotation of a node that a run cordoned, with the run's id. */
export const CORDONED_BY = "drydock.dev/cordoned-by";

/**
 * Cordons a node in the name of a run. A node that is unschedulable already, by whomever, stays as it is: the cordon of a
 * person must outlive the run. The test operations make the patch fail when the node changed meanwhile, and it is read anew.
 */
export async function cordonNode(core: CoreV1Api, name: string, runId: string): Promise<void> {
  await patchNode(core, name, (unschedulable) => (unschedulable ? undefined : { unschedulable: true, by: runId }));
}

/** Uncordons a node that this run cordoned; leaves any other, and one that is gone. */
export async function uncordonNode(core: CoreV1Api, name: string, runId: string): Promise<void> {
  try {
    await patchNode(core, name, (_, by) => (by === runId ? { unschedulable: null, by: null } : undefined));
  } catch (error) {
    if (statusCodeOf(error) !== 404) throw error;
  }
}

interface Change {
  readonly unschedulable: true | null;
  readonly by: string | null;
}

const CONFLICT_TRIES = 5;

/** Reads a node and changes what is decided on what was read, under its resourceVersion. */
async function patchNode(
  core: CoreV1Api,
  name: string,
  decide: (unschedulable: boolean, by: string | undefined) => Change | undefined,
): Promise<void> {
  const { setHeaderOptions, PatchStrategy } = await import("./client-library.ts");
  for (let attempt = 1; ; attempt += 1) {
    const node = await core.readNode({ name });
    const change = decide(node.spec?.unschedulable === true, node.metadata?.annotations?.[CORDONED_BY]);
    if (!change) return;
    const resourceVersion = node.metadata?.resourceVersion;
    const body = {
      metadata: { resourceVersion, annotations: { [CORDONED_BY]: change.by } },
      spec: { unschedulable: change.unschedulable },
    };
    try {
      await core.patchNode({ name, body }, setHeaderOptions("Content-Type", PatchStrategy.MergePatch));
      return;
    } catch (error) {
      if (statusCodeOf(error) !== 409 || attempt === CONFLICT_TRIES) throw error;
    }
  }
}
