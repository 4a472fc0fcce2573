import { computeBudgetStatus } from "../model/budget.ts";
import type { ClusterModel } from "../model/cluster-model.ts";
import { isObject } from "../model/list-keys.ts";
import type { KubernetesObject, LabelSelector, Pod } from "../model/objects.ts";
import { isPodFinished } from "../model/pod-state.ts";
import { matchesSelector } from "../model/selectors.ts";
import { type Controller, splitKey } from "./controller.ts";

const CONCERNED = ["pods", "deployments", "replicasets", "statefulsets"];

/** Keeps the status of PodDisruptionBudgets true. */
export const disruptionController: Controller = {
  name: "disruption",

  keysOf(change, cluster) {
    const { plural, isCustom } = change.resource;
    const { namespace, name } = change.object.metadata;
    if (isCustom) return [];
    if (plural === "poddisruptionbudgets") return change.type === "DELETED" ? [] : [`${namespace}/${name}`];
    if (!CONCERNED.includes(plural)) return [];
    const states = [change.before, change.object].filter((state) => state !== undefined);
    return cluster
      .table("poddisruptionbudgets")
      .list(namespace)
      .filter(({ spec }) => spec.selector !== undefined && states.some((state) => isMeant(spec.selector, state)))
      .map((budget) => `${namespace}/${budget.metadata.name}`);
  },

  reconcile(cluster, key) {
    const budget = cluster.table("poddisruptionbudgets").find(...splitKey(key));
    if (!budget) return;
    const { selector } = budget.spec;
    const pods = cluster
      .table("pods")
      .list(budget.metadata.namespace)
      .filter((pod) => selector !== undefined && !isPodFinished(pod) && matchesSelector(selector, pod.metadata.labels));
    const facts = {
      budget,
      pods,
      expectedScale: expectedScale(cluster, pods),
      nowMs: cluster.nowMs,
      nowText: cluster.nowText(),
    };
    const status = computeBudgetStatus(facts);
    cluster.table("poddisruptionbudgets").update({ ...budget, status });
  },
};

/** Whether a budget is about a pod, or about the pods of a workload. */
function isMeant(selector: LabelSelector | undefined, { kind, metadata, spec }: KubernetesObject): boolean {
  if (selector === undefined) return false;
  if (kind === "Pod") return matchesSelector(selector, metadata.labels);
  return matchesSelector(selector, templateLabels(spec));
}

function templateLabels(spec: unknown): Record<string, string> {
  const template = isObject(spec) && isObject(spec.template) ? spec.template : {};
  const labels = isObject(template.metadata) && isObject(template.metadata.labels) ? template.metadata.labels : {};
  return labels as Record<string, string>;
}

/** The sum of the scales of the distinct controllers of these pods. */
function expectedScale(cluster: ClusterModel, pods: readonly Pod[]): number {
  const scales = new Map<string, number>();
  for (const pod of pods) {
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner) scales.set(owner.uid, scaleOf(cluster, pod.metadata.namespace, owner));
  }
  return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
}

function scaleOf(
  cluster: ClusterModel,
  namespace: string | undefined,
  owner: { readonly kind: string; readonly name: string },
): number {
  if (owner.kind === "StatefulSet")
    return cluster.table("statefulsets").find(namespace, owner.name)?.spec.replicas ?? 0;
  if (owner.kind !== "ReplicaSet") return 0;
  const replicaSet = cluster.table("replicasets").find(namespace, owner.name);
  const deployment = replicaSet?.metadata.ownerReferences?.find(({ kind }) => kind === "Deployment");
  // A Deployment's scale is its own, not that of the ReplicaSets it is moving between.
  const scale = deployment && cluster.table("deployments").find(namespace, deployment.name)?.spec.replicas;
  return scale ?? replicaSet?.spec.replicas ?? 0;
}
