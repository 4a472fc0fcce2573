import { createFromManifest } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import type { AzureModel } from "./azure-model.ts";
import { joinNode, registerNode } from "./node-life.ts";
import type { ClusterRecord } from "./records.ts";

const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

/**
 * Fills a new cluster: the nodes of its pools, the namespaces, everything the fleet folder runs on it. The controllers
 * then bring it, in the same change, to the state in which it has been for days: running, ready, its jobs done.
 */
export function populateCluster(azure: AzureModel, record: ClusterRecord, model: ClusterModel): void {
  for (const pool of azure.poolsOf(record.name)) {
    for (const machine of pool.machines.filter(({ joined }) => joined)) {
      registerNode(azure, model, pool, machine);
      joinNode(model, machine.name);
    }
  }
  for (const name of SYSTEM_NAMESPACES)
    create(model, { apiVersion: "v1", kind: "Namespace", metadata: { name } }, record);
  // A cluster that was made by a request is empty, also when it bears the name of one of the fleet's.
  if (record.createdMs !== undefined) return;
  const workloads = azure.fleet.workloads(record.name);
  for (const draft of [...workloads].sort(needsFirst)) create(model, draft, record);
}

/** What others need comes first: namespaces and definitions; the order is otherwise that of the files. */
function needsFirst(left: ObjectDraft, right: ObjectDraft): number {
  return rankOf(left) - rankOf(right);
}

function rankOf({ kind = "" }: ObjectDraft): number {
  const rank = ["Namespace", "CustomResourceDefinition"].indexOf(kind);
  return rank === -1 ? 2 : rank;
}

function create(model: ClusterModel, draft: ObjectDraft, { name }: ClusterRecord): void {
  try {
    createFromManifest(model, draft);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cluster ${name}: the fleet's ${draft.kind} ${draft.metadata.name} cannot be made: ${reason}`, {
      cause: error,
    });
  }
}
