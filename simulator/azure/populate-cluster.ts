import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import { apiVersionOf, resourceOfKind } from "../kubernetes/model/resources.ts";
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
  for (const name of SYSTEM_NAMESPACES) createNamespace(model, name);
  // A cluster that was made by a request is empty, also when it bears the name of one of the fleet's.
  if (record.createdMs !== undefined) return;
  for (const resource of azure.fleet.workloads(record.name)) createWorkload(model, resource, record.name);
}

function createNamespace(model: ClusterModel, name: string): void {
  if (model.table("namespaces").find(undefined, name)) return;
  const labels = { "kubernetes.io/metadata.name": name };
  model.table("namespaces").create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
}

function createWorkload(model: ClusterModel, draft: ObjectDraft, clusterName: string): void {
  const resource = resourceOfKind(draft.apiVersion ?? "", draft.kind ?? "");
  if (!resource) {
    throw new Error(
      `clusters/${clusterName}: ${draft.apiVersion} ${draft.kind} ${draft.metadata.name} is not simulated`,
    );
  }
  if (resource.plural === "namespaces") {
    createNamespace(model, draft.metadata.name);
    return;
  }
  const namespace = resource.namespaced ? { namespace: draft.metadata.namespace ?? "default" } : {};
  const status = resource.plural === "pods" ? { status: { phase: "Pending" } } : {};
  model
    .table(resource.plural)
    .create({ ...draft, apiVersion: apiVersionOf(resource), metadata: { ...draft.metadata, ...namespace }, ...status });
}
