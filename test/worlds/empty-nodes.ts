import type { Pod } from "../../simulator/kubernetes/model/objects.ts";
import { isPodFinished } from "../../simulator/kubernetes/model/pod-state.ts";

/** Since when a node is empty, or until when it was. */
interface Stretch {
  readonly fromMs: number;
  toMs: number;
}

/** Remembers when each node had no pods that a drain has to move. */
export class EmptyNodes {
  readonly #pods = new Map<string, Set<string>>();
  readonly #stretches = new Map<string, Stretch[]>();

  /** A pod that is there from the beginning. */
  add(cluster: string, pod: Pod): void {
    this.changed(cluster, Number.NEGATIVE_INFINITY, undefined, pod);
  }

  /** A pod became another, or went. */
  changed(cluster: string, nowMs: number, before: Pod | undefined, after: Pod | undefined): void {
    const [was, is] = [nodeOf(before), nodeOf(after)];
    if (was === is) return;
    const name = (before ?? after)?.metadata.uid ?? "";
    if (is !== undefined) this.#on(`${cluster}/${is}`, nowMs).add(name);
    if (was === undefined) return;
    const key = `${cluster}/${was}`;
    const pods = this.#pods.get(key);
    if (pods?.delete(name) && pods.size === 0) {
      this.#stretches.get(key)?.push({ fromMs: nowMs, toMs: Number.POSITIVE_INFINITY });
    }
  }

  /** Whether the node was empty at some moment from `fromMs` to `toMs`. */
  wasEmpty(cluster: string, node: string, fromMs: number, toMs: number): boolean {
    const stretches = this.#stretches.get(`${cluster}/${node}`);
    return stretches === undefined || stretches.some((stretch) => stretch.fromMs <= toMs && stretch.toMs >= fromMs);
  }

  /** The pods of a node that is about to get one. */
  #on(key: string, nowMs: number): Set<string> {
    const pods = this.#pods.get(key) ?? new Set();
    this.#pods.set(key, pods);
    const stretches = this.#stretches.get(key) ?? [{ fromMs: Number.NEGATIVE_INFINITY, toMs: nowMs }];
    this.#stretches.set(key, stretches);
    const last = stretches.at(-1);
    if (last && pods.size === 0) last.toMs = nowMs;
    return pods;
  }
}

/** The node that a pod has to be moved from by a drain. */
function nodeOf(pod: Pod | undefined): string | undefined {
  if (!pod || isPodFinished(pod)) return undefined;
  const isDaemon = pod.metadata.ownerReferences?.some(({ kind }) => kind === "DaemonSet") ?? false;
  return isDaemon ? undefined : pod.spec.nodeName;
}
