import { classifyPod } from "../drain/classify.ts";
import type { FactsWith } from "./preflight-rule.ts";
import type { PreflightPod } from "./readings.ts";

/** The pods on the pools of the plan that a drain would have to move: all but finished, mirror and DaemonSet pods. */
export function goingPods({ pods, plan }: Pick<FactsWith<"pods">, "pods" | "plan">): PreflightPod[] {
  const pools = new Set(plan.pools.map(({ name }) => name));
  return pods.filter((pod) => pools.has(pod.pool) && classifyPod(pod, plan.drain).kind !== "leave");
}
