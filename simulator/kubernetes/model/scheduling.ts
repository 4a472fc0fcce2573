import type { KubernetesNode, Pod, Taint, Toleration } from "./objects.ts";
import type { NodeUse } from "./pod-index.ts";
import { requestsOf } from "./pod-requests.ts";
import { isNodeReady } from "./pod-state.ts";
import { parseQuantity } from "./quantity.ts";
import { matchesSelector } from "./selectors.ts";

/** A node with what is taken of it. */
export interface NodeLoad {
  readonly node: KubernetesNode;
  readonly use: NodeUse;
}

/** Why a node will not do, in the scheduler's words; undefined when it will. */
export type Objection = (node: KubernetesNode) => string | undefined;

/** Where a pod goes, or why it cannot. */
export type Placement =
  | { readonly kind: "bind"; readonly nodeName: string }
  | { readonly kind: "none"; readonly message: string };

interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

const UNSCHEDULABLE_TAINT = "node.kubernetes.io/unschedulable";
const CORDON: Taint = { key: UNSCHEDULABLE_TAINT, effect: "NoSchedule" };
const NOT_READY_TAINT: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoExecute" };
/** Sums of fractions of a core are not exact. */
const EPSILON = 1e-9;

/**
 * Chooses a node as kube-scheduler does: filters by name, readiness, cordon, taints, selector, room, and by `more`
 * (volumes, other pods); then prefers the node with the fewest siblings of the pod, then the least loaded, then the first
 * by name.
 */
export function placePod(pod: Pod, nodes: readonly NodeLoad[], more: readonly Objection[] = []): Placement {
  const only = onlyNode(pod);
  const objections = new Map<string, number>();
  let best: NodeLoad | undefined;
  for (const load of nodes) {
    const objection =
      only !== undefined && only !== load.node.metadata.name
        ? "node(s) didn't match Pod's node affinity/selector"
        : (objectionTo(pod, load) ?? firstOf(more, load.node));
    if (objection !== undefined) objections.set(objection, (objections.get(objection) ?? 0) + 1);
    else if (best === undefined || compareNodes(pod, load, best) < 0) best = load;
  }
  if (best) return { kind: "bind", nodeName: best.node.metadata.name };
  const reasons = [...objections].map(([reason, count]) => `${count} ${reason}`).sort();
  const why = nodes.length === 0 ? "no nodes available to schedule pods" : `0/${nodes.length} nodes are available`;
  return { kind: "none", message: reasons.length === 0 ? why : `${why}: ${reasons.join(", ")}.` };
}

function firstOf(more: readonly Objection[], node: KubernetesNode): string | undefined {
  for (const objectionOf of more) {
    const objection = objectionOf(node);
    if (objection !== undefined) return objection;
  }
  return undefined;
}

/** The one node that a pod names by its affinity, as pods of DaemonSets do. */
function onlyNode({ spec }: Pod): string | undefined {
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = terms?.length === 1 ? terms[0]?.matchFields : undefined;
  const [field] = fields ?? [];
  return field?.operator === "In" && field.values?.length === 1 ? field.values[0] : undefined;
}

/** Why a pod cannot go to a node by what is said of the two alone; undefined when it can. */
export function objectionTo(pod: Pod, { node, use }: NodeLoad): string | undefined {
  if (!isWantedNode(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  if (node.spec.unschedulable === true && !tolerates(pod, CORDON)) return "node(s) were unschedulable";
  const untolerated = (node.spec.taints ?? []).find(
    (taint) => taint.effect !== "PreferNoSchedule" && taint.key !== UNSCHEDULABLE_TAINT && !tolerates(pod, taint),
  );
  if (untolerated) return `node(s) had untolerated taint {${untolerated.key}: ${untolerated.value ?? ""}}`;
  if (!isNodeReady(node) && !tolerates(pod, NOT_READY_TAINT)) return "node(s) were not ready";
  return objectionOfRoom(pod, node, use);
}

function objectionOfRoom(pod: Pod, node: KubernetesNode, use: NodeUse): string | undefined {
  const room = roomOf(node);
  if (use.pods >= room.pods) return "Too many pods";
  const wanted = requestsOf(pod);
  if (use.cpu + wanted.cpu > room.cpu + EPSILON) return "Insufficient cpu";
  return use.memory + wanted.memory > room.memory + EPSILON ? "Insufficient memory" : undefined;
}

const knownRooms = new WeakMap<object, Room>();

function roomOf({ status: { allocatable } }: KubernetesNode): Room {
  const known = knownRooms.get(allocatable);
  if (known) return known;
  const room = {
    cpu: parseQuantity(allocatable.cpu ?? 0),
    memory: parseQuantity(allocatable.memory ?? 0),
    pods: parseQuantity(allocatable.pods ?? 110),
  };
  knownRooms.set(allocatable, room);
  return room;
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

type Terms = ReadonlyArray<{
  readonly matchExpressions?: Parameters<typeof matchesSelector>[0]["matchExpressions"];
  readonly matchFields?: Parameters<typeof matchesSelector>[0]["matchExpressions"];
}>;

/** Whether a node is one that the pod's selector and required node affinity ask for. */
export function isWantedNode(pod: Pick<Pod, "spec">, node: KubernetesNode): boolean {
  if (!matchesSelector({ matchLabels: pod.spec.nodeSelector }, node.metadata.labels)) return false;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || matchesTerms(terms, node);
}

/** Whether a node meets one of several terms of a node selector. */
export function matchesTerms(terms: Terms, node: KubernetesNode): boolean {
  return terms.some(
    ({ matchExpressions, matchFields }) =>
      matchesSelector({ matchExpressions }, node.metadata.labels) &&
      matchesSelector({ matchExpressions: matchFields }, { "metadata.name": node.metadata.name }),
  );
}

function compareNodes(pod: Pod, left: NodeLoad, right: NodeLoad): number {
  const owner = pod.metadata.ownerReferences?.[0]?.uid ?? "";
  const siblings = (left.use.byOwner.get(owner) ?? 0) - (right.use.byOwner.get(owner) ?? 0);
  if (siblings !== 0) return siblings;
  const load = share(left) - share(right);
  if (Math.abs(load) > EPSILON) return load;
  return left.node.metadata.name < right.node.metadata.name ? -1 : 1;
}

function share({ node, use }: NodeLoad): number {
  return use.cpu / (roomOf(node).cpu || 1);
}
