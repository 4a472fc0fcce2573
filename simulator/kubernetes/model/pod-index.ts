import type { Pod } from "./objects.ts";

/** Pods by what controllers ask for: the node they are on, the object that controls them, those without a node. */
export class PodIndex {
  readonly #byNode = new Map<string, Map<string, Pod>>();
  readonly #byOwner = new Map<string, Map<string, Pod>>();

  /** Pods bound to a node, by name; "" gives those that wait for one. */
  onNode(nodeName: string): Pod[] {
    return sorted(this.#byNode.get(nodeName));
  }

  /** Pods whose controlling owner has this uid, by name. */
  ownedBy(uid: string): Pod[] {
    return sorted(this.#byOwner.get(uid));
  }

  /** Follows a change of one pod: `before` is undefined for a new one, `after` for one that is gone. */
  change(before: Pod | undefined, after: Pod | undefined): void {
    if (before) {
      this.#byNode.get(before.spec.nodeName ?? "")?.delete(before.metadata.uid);
      this.#byOwner.get(controllerUid(before) ?? "")?.delete(before.metadata.uid);
    }
    if (after) {
      add(this.#byNode, after.spec.nodeName ?? "", after);
      add(this.#byOwner, controllerUid(after) ?? "", after);
    }
  }
}

function controllerUid(pod: Pod): string | undefined {
  return pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
}

function add(index: Map<string, Map<string, Pod>>, key: string, pod: Pod): void {
  const pods = index.get(key) ?? new Map<string, Pod>();
  pods.set(pod.metadata.uid, pod);
  index.set(key, pods);
}

function sorted(pods: Map<string, Pod> | undefined): Pod[] {
  if (!pods) return [];
  return [...pods.values()].sort((left, right) => compareText(textKey(left), textKey(right)));
}

function textKey(pod: Pod): string {
  return `${pod.metadata.namespace}/${pod.metadata.name}`;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
