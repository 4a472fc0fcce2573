import type { DrainPolicy } from "../fleet-config.ts";
import type { PodFacts } from "./facts.ts";
import type { PodVerdict } from "./pod-verdict.ts";

/**
 * Judges a pod as `kubectl drain` does (kubernetes/kubectl, pkg/drain/filters.go), with a policy in place of its flags:
 * finished, mirror and DaemonSet pods stay and never block; pods without a controller, or with emptyDir data, need consent.
 */
export function classifyPod(pod: PodFacts, policy: Pick<DrainPolicy, "barePods" | "emptyDir">): PodVerdict {
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
