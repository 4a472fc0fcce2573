import type { DrainPolicy } from "../fleet-config.ts";
import type { PodFacts } from "./facts.ts";

/** What a drain does with a pod: leave it, evict it, or stop at it. */
export type PodVerdict =
  | { readonly kind: "leave"; readonly reason: "finished" | "mirror" | "daemonset" }
  | { readonly kind: "evict" }
  | { readonly kind: "refuse"; readonly code: "BarePod" | "EmptyDirData"; readonly message: string };

/**
 * Judges a pod as `kubectl drain` does (kubernetes/kubectl, pkg/drain/filters.go), with a policy in place of its flags:
 * finished, mirror and DaemonSet pods stay and never block; pods without a controller, or with emptyDir data, need consent.
 */
export function classifyPod(pod: PodFacts, policy: DrainPolicy): PodVerdict {
  if (pod.phase === "Succeeded" || pod.phase === "Failed") return { kind: "leave", reason: "finished" };
  if (pod.isMirror) return { kind: "leave", reason: "mirror" };
  if (pod.owner?.kind === "DaemonSet") return { kind: "leave", reason: "daemonset" };
  if (pod.owner === null && policy.barePods === "block") {
    return { kind: "refuse", code: "BarePod", message: "no controller would make it again" };
  }
  if (pod.hasEmptyDir && policy.emptyDir === "block") {
    return { kind: "refuse", code: "EmptyDirData", message: "its emptyDir volumes would lose their data" };
  }
  return { kind: "evict" };
}
