import type { KubernetesNode, Pod, Taint, Toleration } from "./objects.ts";
import { isNodeReady } from "./pod-state.ts";
import { parseQuantity } from "./quantity.ts";
import { matchesSelector } from "./selectors.ts";

/** A node with what runs on it. */
export interface NodeLoad {
  readonly node: KubernetesNode;
  readonly pods: readonly Pod[];
}

/** Where a pod goes, or why it cannot. */
export type Placement =
  | { readonly kind: "bind"; readonly nodeName: string }
  | { readonly kind: "none"; readonly message: string };

interface Requests {
  readonly cpu: number;
  readonly memory: number;
}

const UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable";
const NOT_READY_TAINT: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoExecute" };

/**
 * Chooses a node as kube-scheduler does: filters by name, readiness, cordon, taints, selector and room; then prefers the
 * node with the fewest siblings of the pod, then the least loaded, then the first by name.
 */
export function placePod(pod: Pod, nodes: readonly NodeLoad[]): Placement {
  const objections = new Map<string, number>();
  const fitting: NodeLoad[] = [];
  for (const load of nodes) {
    const objection = objectionTo(pod, load);
    if (objection === undefined) fitting.push(load);
    else objections.set(objection, (objections.get(objection) ?? 0) + 1);
  }
  const [best] = fitting.sort((left, right) => compareNodes(pod, left, right));
  if (best) return { kind: "bind", nodeName: best.node.metadata.name };
  const reasons = [...objections].map(([reason, count]) => `${count} ${reason}`).sort();
  return { kind: "none", message: `0/${nodes.length} nodes are available: ${reasons.join(", ")}.` };
}

/** Why a pod cannot go to a node, in the scheduler's words; undefined when it can. */
export function objectionTo(pod: Pod, { node, pods }: NodeLoad): string | undefined {
  if (!isWantedNode(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  const cordon = { key: UNSCHEDULABLE_TAINT, effect: "NoSchedule" };
  if (node.spec.unschedulable === true && !tolerates(pod, cordon)) return "node(s) were unschedulable";
  const untolerated = (node.spec.taints ?? []).find(
    (taint) => taint.effect !== "PreferNoSchedule" && taint.key !== UNSCHEDULABLE_TAINT && !tolerates(pod, taint),
  );
  if (untolerated) return `node(s) had untolerated taint {${untolerated.key}: ${untolerated.value ?? ""}}`;
  if (!isNodeReady(node) && !tolerates(pod, NOT_READY_TAINT)) return "node(s) were not ready";
  return objectionOfRoom(pod, node, pods);
}

function objectionOfRoom(pod: Pod, node: KubernetesNode, pods: readonly Pod[]): string | undefined {
  const allocatable = node.status.allocatable;
  if (pods.length >= parseQuantity(allocatable.pods ?? 110)) return "Too many pods";
  const used = sumRequests(pods);
  const wanted = requestsOf(pod);
  if (used.cpu + wanted.cpu > parseQuantity(allocatable.cpu ?? 0)) return "Insufficient cpu";
  if (used.memory + wanted.memory > parseQuantity(allocatable.memory ?? 0)) return "Insufficient memory";
  return undefined;
}

/** Whether a pod puts up with a taint. */
export function tolerates(pod: Pod, taint: Taint): boolean {
  return (pod.spec.tolerations ?? []).some((toleration) => matchesTaint(toleration, taint));
}

/** Whether one toleration covers a taint; an empty key with Exists covers all. */
export function matchesTaint(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== "" && toleration.effect !== taint.effect) return false;
  if (toleration.operator === "Exists") {
    return toleration.key === undefined || toleration.key === "" || toleration.key === taint.key;
  }
  return toleration.key === taint.key && (toleration.value ?? "") === (taint.value ?? "");
}

/** Whether a node is one that the pod's selector and required node affinity ask for. */
export function isWantedNode(pod: Pick<Pod, "spec">, node: KubernetesNode): boolean {
  const labels = node.metadata.labels ?? {};
  if (!matchesSelector({ matchLabels: pod.spec.nodeSelector }, labels)) return false;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (!terms) return true;
  return terms.some(
    ({ matchExpressions, matchFields }) =>
      matchesSelector({ matchExpressions }, labels) &&
      matchesSelector({ matchExpressions: matchFields }, { "metadata.name": node.metadata.name }),
  );
}

function compareNodes(pod: Pod, left: NodeLoad, right: NodeLoad): number {
  const siblings = siblingsOn(pod, left) - siblingsOn(pod, right);
  if (siblings !== 0) return siblings;
  const load = share(left) - share(right);
  if (load !== 0) return load;
  return left.node.metadata.name < right.node.metadata.name ? -1 : 1;
}

function siblingsOn(pod: Pod, { pods }: NodeLoad): number {
  const owner = pod.metadata.ownerReferences?.[0]?.uid;
  return owner === undefined ? 0 : pods.filter((other) => other.metadata.ownerReferences?.[0]?.uid === owner).length;
}

function share({ node, pods }: NodeLoad): number {
  return sumRequests(pods).cpu / parseQuantity(node.status.allocatable.cpu ?? 1);
}

function sumRequests(pods: readonly Pod[]): Requests {
  return pods.map(requestsOf).reduce((sum, one) => ({ cpu: sum.cpu + one.cpu, memory: sum.memory + one.memory }), {
    cpu: 0,
    memory: 0,
  });
}

function requestsOf(pod: Pod): Requests {
  const sum = (name: string) =>
    pod.spec.containers.reduce(
      (total, container) => total + parseQuantity(container.resources?.requests?.[name] ?? 0),
      0,
    );
  return { cpu: sum("cpu"), memory: sum("memory") };
}
