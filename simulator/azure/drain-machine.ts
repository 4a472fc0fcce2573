import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { evictPod } from "../kubernetes/model/eviction.ts";
import type { Pod } from "../kubernetes/model/objects.ts";
import { deletePod } from "../kubernetes/model/pod-lifecycle.ts";
import { isPodTerminating } from "../kubernetes/model/pod-state.ts";

/** How far a drain has got. */
export interface DrainProgress {
  /** Pods that are still there and have to go. */
  readonly left: number;
  /** The first eviction that was refused this time. */
  readonly refusal:
    | { readonly pod: string; readonly budget?: string | undefined; readonly message: string }
    | undefined;
}

/** One round of AKS's drain of a node: asks for the eviction of everything but what DaemonSets and the node itself run. */
export function drainMachine(model: ClusterModel, nodeName: string, ignoreBudgets: boolean): DrainProgress {
  let refusal: DrainProgress["refusal"];
  for (const pod of model.pods.onNode(nodeName).filter(mustGo)) {
    if (isPodTerminating(pod)) continue;
    if (ignoreBudgets) {
      deletePod(model, pod);
      continue;
    }
    const { namespace = "", name } = pod.metadata;
    const outcome = evictPod(model, namespace, name);
    if (outcome.kind === "evicted" || refusal) continue;
    refusal = {
      pod: `${namespace}/${name}`,
      ...(outcome.budgetName === undefined ? {} : { budget: outcome.budgetName }),
      message: outcome.error.message,
    };
  }
  return { left: model.pods.onNode(nodeName).filter(mustGo).length, refusal };
}

function mustGo(pod: Pod): boolean {
  const isDaemon = pod.metadata.ownerReferences?.some(({ kind, controller }) => kind === "DaemonSet" && controller);
  const isMirror = pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined;
  return isDaemon !== true && !isMirror;
}

/** What the operation's error says, in the words of the AKS troubleshooting article. */
export function drainFailureMessage(nodeName: string, refusal: DrainProgress["refusal"]): string {
  if (!refusal) return `Drain node ${nodeName} failed: pods did not terminate within the drain timeout.`;
  const [, podName = refusal.pod] = refusal.pod.split("/");
  const budget =
    refusal.budget === undefined
      ? ""
      : ` PDB debug info: ${refusal.pod} blocked by pdb ${refusal.budget} with 0 unready pods.`;
  return `Drain node ${nodeName} failed when evicting pod ${podName} failed with Too Many Requests error. This is often caused by a restrictive Pod Disruption Budget (PDB) policy. See https://aka.ms/aks/debugdrainfailures. Original error: ${refusal.message}.${budget}`;
}
