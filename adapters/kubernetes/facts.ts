import type { V1Deployment, V1Node, V1StatefulSet } from "@kubernetes/client-node";
import type { BudgetFacts, PodFacts } from "../../domain/drain/facts.ts";
import type { NodeFacts, WorkloadFacts } from "../../domain/proof.ts";
import type { RollingNode } from "../../domain/roll/roll-facts.ts";
import type { BudgetObject, PodObject } from "./drain/object-shapes.ts";

/** Annotation of pods that the kubelet runs from a file: mirrors, which the API cannot evict. */
const MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
/** Annotation or label by which an application asks to be left alone until an instant (RFC 3339). */
const HOLD_UNTIL = "drydock.dev/hold-until";
const NODE_IMAGE_LABEL = "kubernetes.azure.com/node-image-version";
/** Label by which AKS sets a node aside that it could not drain (undrainableNodeBehavior: Cordon). */
const UPGRADE_STATUS_LABEL = "kubernetes.azure.com/upgrade-status";
/** Kubernetes' default for terminationGracePeriodSeconds. */
const DEFAULT_GRACE_SECONDS = 30;
const PHASES = ["Pending", "Running", "Succeeded", "Failed"] as const;

/** What a drain needs of a pod. */
export function podFacts(pod: PodObject): PodFacts {
  const { metadata = {}, spec, status } = pod;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    nodeName: spec?.nodeName ?? "",
    phase: PHASES.find((phase) => phase === status?.phase) ?? "Unknown",
    ready: (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True"),
    deletionAt: metadata.deletionTimestamp ? new Date(metadata.deletionTimestamp).toISOString() : null,
    terminatingSince: terminatingSince(pod),
    finalizers: metadata.finalizers ?? [],
    holdUntil: metadata.annotations?.[HOLD_UNTIL] ?? metadata.labels?.[HOLD_UNTIL] ?? null,
    labels: metadata.labels ?? {},
    owner: ownerOf(pod),
    isMirror: metadata.annotations?.[MIRROR_ANNOTATION] !== undefined,
    hasEmptyDir: (spec?.volumes ?? []).some(({ emptyDir }) => (emptyDir ?? undefined) !== undefined),
    graceSeconds: spec?.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS,
    nodeSelector: { ...labelsRequiredByAffinity(pod), ...spec?.nodeSelector },
  };
}

/** What AKS did to a node of a pool that it rolls. */
export function rollingNode(node: V1Node): RollingNode {
  const isQuarantined = node.metadata?.labels?.[UPGRADE_STATUS_LABEL] === "Quarantined";
  return { ...nodeFacts(node), isQuarantined };
}

/**
 * Labels that the required node affinity asks of every node the pod may go to, which is what a nodeSelector does: one value
 * for one key, in each of the terms that are its alternatives.
 */
function labelsRequiredByAffinity({ spec }: PodObject): Record<string, string> {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const [first = [], ...others] = terms.map((term) =>
    (term.matchExpressions ?? []).flatMap(({ key, operator, values: [value, ...more] = [] }) =>
      operator === "In" && value !== undefined && more.length === 0 ? [{ key, value }] : [],
    ),
  );
  const isInAll = (label: { key: string; value: string }) =>
    others.every((labels) => labels.some(({ key, value }) => key === label.key && value === label.value));
  return Object.fromEntries(first.filter(isInAll).map(({ key, value }) => [key, value]));
}

/** The controller people know: a ReplicaSet that a Deployment made is named after it and the template's hash. */
function ownerOf({ metadata = {} }: PodObject): PodFacts["owner"] {
  const controller = (metadata.ownerReferences ?? []).find((reference) => reference.controller === true);
  if (!controller) return null;
  const hash = metadata.labels?.["pod-template-hash"];
  if (controller.kind === "ReplicaSet" && hash !== undefined && controller.name.endsWith(`-${hash}`)) {
    return { kind: "Deployment", name: controller.name.slice(0, -(hash.length + 1)) };
  }
  // Other projects have DaemonSets too, whose pods go elsewhere when they are evicted.
  const group = controller.apiVersion.split("/")[0] ?? "";
  const isForeign = controller.kind === "DaemonSet" && group !== "apps";
  return { kind: isForeign ? `DaemonSet.${group}` : controller.kind, name: controller.name };
}

/** A pod's deletion time is when its grace period ends. */
function terminatingSince({ metadata = {} }: PodObject): string | null {
  if (!metadata.deletionTimestamp) return null;
  const graceMs = (metadata.deletionGracePeriodSeconds ?? 0) * 1_000;
  return new Date(new Date(metadata.deletionTimestamp).getTime() - graceMs).toISOString();
}

/** What a drain needs of a budget. */
export function budgetFacts(budget: BudgetObject): BudgetFacts {
  const { metadata = {}, spec = {}, status } = budget;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    selector: spec.selector
      ? {
          matchLabels: spec.selector.matchLabels ?? {},
          matchExpressions: (spec.selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
            key,
            operator,
            values: values ?? [],
          })),
        }
      : null,
    minAvailable: spec.minAvailable ?? null,
    maxUnavailable: spec.maxUnavailable ?? null,
    unhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy === "AlwaysAllow" ? "AlwaysAllow" : "IfHealthyBudget",
    disruptionsAllowed: status?.disruptionsAllowed ?? 0,
    currentHealthy: status?.currentHealthy ?? 0,
    desiredHealthy: status?.desiredHealthy ?? 0,
    expectedPods: status?.expectedPods ?? 0,
    disruptedPods: Object.keys(status?.disruptedPods ?? {}),
    isCurrent: status !== undefined && (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
  };
}

/** What a proof needs of a node. */
export function nodeFacts({ metadata = {}, spec, status }: V1Node): NodeFacts {
  return {
    name: metadata.name ?? "",
    image: metadata.labels?.[NODE_IMAGE_LABEL] ?? "",
    kubeletVersion: status?.nodeInfo?.kubeletVersion ?? "",
    ready: (status?.conditions ?? []).some(({ type, status: value }) => type === "Ready" && value === "True"),
    unschedulable: spec?.unschedulable === true,
  };
}

/** How a Deployment or StatefulSet stands. */
export function workloadFacts(
  kind: string,
  { metadata = {}, spec, status }: V1Deployment | V1StatefulSet,
): WorkloadFacts {
  return {
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    desired: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
  };
}
