import type { Pod } from "./objects.ts";
import { requestsOf } from "./pod-requests.ts";
import { isPodFinished } from "./pod-state.ts";

/** What the unfinished pods of a node take of it. */
export interface NodeUse {
  readonly pods: number;
  readonly cpu: number;
  readonly memory: number;
  /** How many of them each controller has, by its uid. */
  readonly byOwner: ReadonlyMap<string, number>;
}

interface MutableUse {
  pods: number;
  cpu: number;
  memory: number;
  readonly byOwner: Map<string, number>;
}

const UNUSED: NodeUse = { pods: 0, cpu: 0, memory: 0, byOwner: new Map() };

/** Pods by what controllers ask for: the node they are on, the object that controls them, those without a node. */
export class PodIndex {
  readonly #byNode = new Map<string, Map<string, Pod>>();
  readonly #byOwner = new Map<string, Map<string, Pod>>();
  readonly #use = new Map<string, MutableUse>();
  readonly #keepers = new Map<string, Pod>();

  /** Pods bound to a node, by name; "" gives those that wait for one. */
  onNode(nodeName: string): Pod[] {
    return sorted(this.#byNode.get(nodeName));
  }

  /** Whether any pod has no node, finished ones included. */
  get hasWaiting(): boolean {
    return (this.#byNode.get("")?.size ?? 0) > 0;
  }

  /** Pods whose controlling owner has this uid, by name. */
  ownedBy(uid: string): Pod[] {
    return sorted(this.#byOwner.get(uid));
  }

  /** What is taken of a node. */
  useOf(nodeName: string): NodeUse {
    return this.#use.get(nodeName) ?? UNUSED;
  }

  /** The unfinished pods that have a node, in no order. */
  placed(): Pod[] {
    const pods: Pod[] = [];
    for (const [node, own] of this.#byNode) {
      if (node !== "") for (const pod of own.values()) if (!isPodFinished(pod)) pods.push(pod);
    }
    return pods;
  }

  /** Those of them that keep others off their host or zone. */
  keepers(): Pod[] {
    return [...this.#keepers.values()];
  }

  /** Follows a change of one pod: `before` is undefined for a new one, `after` for one that is gone. */
  change(before: Pod | undefined, after: Pod | undefined): void {
    if (before) {
      remove(this.#byNode, before.spec.nodeName ?? "", before);
      remove(this.#byOwner, controllerUid(before) ?? "", before);
      this.#count(before, -1);
      this.#keepers.delete(before.metadata.uid);
    }
    if (after) {
      add(this.#byNode, after.spec.nodeName ?? "", after);
      add(this.#byOwner, controllerUid(after) ?? "", after);
      this.#count(after, 1);
      if (keepsOthersOff(after)) this.#keepers.set(after.metadata.uid, after);
    }
  }

  #count(pod: Pod, by: 1 | -1): void {
    const { nodeName } = pod.spec;
    if (nodeName === undefined || isPodFinished(pod)) return;
    const use = this.#use.get(nodeName) ?? { pods: 0, cpu: 0, memory: 0, byOwner: new Map<string, number>() };
    this.#use.set(nodeName, use);
    const { cpu, memory } = requestsOf(pod);
    const owner = controllerUid(pod);
    use.pods += by;
    // Thousands of additions of fractions drift; a node without pods is empty again.
    use.cpu = use.pods === 0 ? 0 : use.cpu + by * cpu;
    use.memory = use.pods === 0 ? 0 : use.memory + by * memory;
    if (owner === undefined) return;
    const count = (use.byOwner.get(owner) ?? 0) + by;
    if (count > 0) use.byOwner.set(owner, count);
    else use.byOwner.delete(owner);
  }
}

function keepsOthersOff(pod: Pod): boolean {
  const terms = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return terms !== undefined && pod.spec.nodeName !== undefined && !isPodFinished(pod);
}

function controllerUid(pod: Pod): string | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
}

function add(index: Map<string, Map<string, Pod>>, key: string, pod: Pod): void {
  const pods = index.get(key) ?? new Map<string, Pod>();
  pods.set(pod.metadata.uid, pod);
  index.set(key, pods);
}

function remove(index: Map<string, Map<string, Pod>>, key: string, pod: Pod): void {
  const pods = index.get(key);
  pods?.delete(pod.metadata.uid);
  if (pods?.size === 0) index.delete(key);
}

function sorted(pods: Map<string, Pod> | undefined): Pod[] {
  if (!pods) return [];
  return [...pods.values()].sort(byName);
}

function byName({ metadata: left }: Pod, { metadata: right }: Pod): number {
  const [first = "", second = ""] = [left.namespace, right.namespace];
  if (first !== second) return first < second ? -1 : 1;
  return left.name < right.name ? -1 : left.name > right.name ? 1 : 0;
}
