import type { Remedy } from "./drain-policy.ts";
import type { Blocker } from "./plan-evictions.ts";

const MINUTE_MS = 60_000;

/** A pod that has blocked for some time. */
export type BlockedPod = Pick<Blocker, "pod" | "owner" | "code" | "message"> & { readonly since: string };

/** A remedy that was begun before, whatever came of it. `target` is namespace/kind/name of the owner, or namespace/name of the pod. */
export interface BegunRemedy {
  readonly do: Remedy["do"];
  readonly target: string;
}

/** What to do next about what blocks. */
export type RemedyDecision =
  /** Carry these out, and look again. */
  | { readonly kind: "act"; readonly steps: readonly RemedyStep[] }
  /** End the drain of this node. */
  | { readonly kind: "giveUp"; readonly reasons: readonly string[] }
  /** Nothing for now. */
  | { readonly kind: "wait"; readonly nextCheckAt: string | null };

/** One remedy for one target, and the pods that it is for. */
export interface RemedyStep {
  readonly do: "scaleUpOwner" | "restartOwner" | "askToDelete";
  readonly target: string;
  readonly pods: readonly string[];
  readonly reason: string;
}

/**
 * Decides what to do about blocked pods: for each pod the first remedy of the policy that is for its reason and was not begun
 * for it yet, once the pod has blocked for long enough. `wait` lets time pass until the next one is due. What one owner needs
 * is done once, however many of its pods block. An owner that cannot be scaled is passed over.
 */
export function decideRemedies(
  blocked: readonly BlockedPod[],
  begun: readonly BegunRemedy[],
  remedies: readonly Remedy[],
  nowMs: number,
): RemedyDecision {
  const done = new Set(begun.map((remedy) => `${remedy.do} ${remedy.target}`));
  const steps = new Map<string, RemedyStep>();
  const hopeless: string[] = [];
  let nextMs = Number.POSITIVE_INFINITY;
  for (const pod of blocked) {
    const due = nextFor(pod, remedies, done);
    if (!due) continue;
    const dueMs = Date.parse(pod.since) + due.remedy.afterMinutes * MINUTE_MS;
    if (dueMs > nowMs) {
      nextMs = Math.min(nextMs, dueMs);
      continue;
    }
    if (due.remedy.do === "giveUp") {
      hopeless.push(`${pod.pod}: ${pod.message}`);
      continue;
    }
    const key = `${due.remedy.do} ${due.target}`;
    const pods = [...(steps.get(key)?.pods ?? []), pod.pod];
    steps.set(key, { do: due.remedy.do, target: due.target, pods, reason: `${pod.code}: ${pod.message}` });
  }
  if (steps.size > 0) return { kind: "act", steps: [...steps.values()] };
  if (hopeless.length > 0) return { kind: "giveUp", reasons: hopeless };
  return { kind: "wait", nextCheckAt: Number.isFinite(nextMs) ? new Date(nextMs).toISOString() : null };
}

type Due = { readonly remedy: Remedy & { readonly do: Exclude<Remedy["do"], "wait"> }; readonly target: string };

function nextFor(pod: BlockedPod, remedies: readonly Remedy[], done: ReadonlySet<string>): Due | undefined {
  for (const remedy of remedies) {
    if (remedy.do === "wait" || !remedy.when.some((code) => code === pod.code)) continue;
    const target = targetOf(pod, remedy.do);
    if (target === undefined || done.has(`${remedy.do} ${target}`)) continue;
    return { remedy: { ...remedy, do: remedy.do }, target };
  }
  return undefined;
}

/** Kinds whose pods come and go by a number of replicas. */
const SCALABLE = /^(?:Deployment|StatefulSet)\//;

/** Whether an owner (kind/name) can be given a replica more. */
export function isScalable(owner: string): boolean {
  return SCALABLE.test(owner);
}

function targetOf({ pod, owner }: BlockedPod, what: Remedy["do"]): string | undefined {
  if (what === "askToDelete" || what === "giveUp") return pod;
  if (owner === null || !isScalable(owner)) return undefined;
  return `${pod.split("/")[0]}/${owner}`;
}
