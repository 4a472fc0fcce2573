import type { Condition, KubernetesNode, Pod } from "./objects.ts";

/** Whether the pod's Ready condition is true. */
export function isPodReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Whether the pod has run to its end. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** Whether deletion of the pod has begun. */
export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

/** Whether the pod counts as one of its controller's: neither finished nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && !isPodTerminating(pod);
}

/** Whether the node's kubelet reports in. */
export function isNodeReady(node: KubernetesNode): boolean {
  return node.status.conditions.some(({ type, status }) => type === "Ready" && status === "True");
}

/** Conditions with one of them replaced or added; the transition time moves only when its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  next: Omit<Condition, "lastTransitionTime">,
  nowText: string,
): Condition[] {
  const others = (conditions ?? []).filter(({ type }) => type !== next.type);
  const before = conditions?.find(({ type }) => type === next.type);
  const lastTransitionTime = before && before.status === next.status ? (before.lastTransitionTime ?? nowText) : nowText;
  // The type's index signature hides `type` and `status` from Omit.
  return [...others, { ...next, type: String(next.type), status: String(next.status), lastTransitionTime }];
}
