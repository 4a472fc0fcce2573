import { classifyPod } from "../drain/classify.ts";
import type { PreflightFacts } from "./preflight.ts";

/** The pods that a drain would have to move: all but finished, mirror and DaemonSet pods. */
export function goingPods(facts: PreflightFacts): PreflightFacts["pods"] {
  return facts.pods.filter((pod) => classifyPod(pod, facts.plan.drain).kind !== "leave");
}
