import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { KubernetesNode } from "../kubernetes/model/objects.ts";
import { loseNode, restartPodsOn } from "../kubernetes/model/pod-lifecycle.ts";
import { withCondition } from "../kubernetes/model/pod-state.ts";
import type { AzureModel } from "./azure-model.ts";
import { nodeInfo, nodeLabels, nodeObject } from "./node-object.ts";
import type { Machine, PoolRecord } from "./records.ts";

/** Carried by a node that an upgrade could not drain (undrainableNodeBehavior Cordon). */
const UPGRADE_STATUS = "kubernetes.azure.com/upgrade-status";

/** A machine's kubelet registers its Node, not ready yet. */
export function registerNode(azure: AzureModel, model: ClusterModel, pool: PoolRecord, machine: Machine): void {
  const cluster = azure.findCluster(pool.clusterName);
  if (!cluster) throw new Error(`there is no cluster ${pool.clusterName}`);
  model.table("nodes").create(nodeObject(cluster, pool, machine, model.nowText()));
}

/** The node becomes ready; what is left on it starts again. */
export function joinNode(model: ClusterModel, nodeName: string): void {
  setReady(model, nodeName, "True", "KubeletReady", "kubelet is posting ready status");
  restartPodsOn(model, nodeName);
}

/** The machine goes down; `message` says why. */
export function stopNode(model: ClusterModel, nodeName: string, message: string): void {
  setReady(model, nodeName, "False", "KubeletNotReady", message);
  loseNode(model, nodeName);
}

/** The machine is gone, and its Node with it. */
export function removeNode(model: ClusterModel, nodeName: string): void {
  const node = model.table("nodes").find(undefined, nodeName);
  if (node) model.table("nodes").remove(node);
}

/** The machine comes back with another image: labels, software versions, schedulable, and ready if it ever gets so. */
export function returnNode(
  azure: AzureModel,
  model: ClusterModel,
  pool: PoolRecord,
  machine: Machine,
  becomesReady = true,
): void {
  const node = model.table("nodes").find(undefined, machine.name);
  const cluster = azure.findCluster(pool.clusterName);
  if (!node || !cluster) return;
  const labels = { ...node.metadata.labels, ...nodeLabels(cluster, pool, machine) };
  delete labels[UPGRADE_STATUS];
  model.table("nodes").update({
    ...node,
    metadata: { ...node.metadata, labels },
    status: { ...node.status, nodeInfo: nodeInfo(pool, machine) },
  });
  cordonNode(model, machine.name, false);
  if (becomesReady) joinNode(model, machine.name);
}

/** Cordons or uncordons a node; one that is gone is left alone. */
export function cordonNode(model: ClusterModel, nodeName: string, unschedulable: boolean): void {
  const node = model.table("nodes").find(undefined, nodeName);
  if (!node) return;
  const { unschedulable: _, ...spec } = node.spec;
  model.table("nodes").update({ ...node, spec: unschedulable ? { ...spec, unschedulable } : spec });
}

/** Sets a node aside that could not be drained: it stays cordoned, and says why. */
export function quarantineNode(model: ClusterModel, nodeName: string): void {
  const node = model.table("nodes").find(undefined, nodeName);
  if (!node) return;
  const labels = { ...node.metadata.labels, [UPGRADE_STATUS]: "Quarantined" };
  model.table("nodes").update({ ...node, metadata: { ...node.metadata, labels } });
}

/** Brings the labels of a pool's nodes in line with the pool. `dropped` are the pool labels it no longer has. */
export function relabelNode(
  azure: AzureModel,
  model: ClusterModel,
  pool: PoolRecord,
  machine: Machine,
  dropped: readonly string[],
): void {
  const node = model.table("nodes").find(undefined, machine.name);
  const cluster = azure.findCluster(pool.clusterName);
  if (!node || !cluster) return;
  const kept = Object.entries(node.metadata.labels ?? {}).filter(([key]) => !dropped.includes(key));
  const labels = { ...Object.fromEntries(kept), ...nodeLabels(cluster, pool, machine) };
  model.table("nodes").update({ ...node, metadata: { ...node.metadata, labels } });
}

function setReady(model: ClusterModel, nodeName: string, status: string, reason: string, message: string): void {
  const node: KubernetesNode | undefined = model.table("nodes").find(undefined, nodeName);
  if (!node) return;
  const conditions = withCondition(node.status.conditions, { type: "Ready", status, reason, message }, model.nowText());
  model.table("nodes").update({ ...node, status: { ...node.status, conditions } });
}
