import type { ClusterFacts } from "./cluster-facts.ts";
import type { Finding } from "./finding.ts";
import type { ClusterPlan } from "./upgrade-plan.ts";

/**
 * What of a cluster has moved away from its plan in a way that matters: going on would do something else than what was
 * planned and perhaps approved. What another run has done meanwhile is no such thing.
 */
export function planDrift(plan: ClusterPlan, now: ClusterFacts): Finding[] {
  const findings: Finding[] = [];
  const add = (code: string, subject: string, message: string, evidence: string[]) =>
    findings.push({
      code,
      severity: "blocker",
      subject,
      message,
      evidence,
      remedy: "Start a new run: it plans by what is there now.",
      cluster: plan.name,
    });
  const { controlPlane } = plan;
  if (controlPlane && now.kubernetesVersion !== controlPlane.from && now.kubernetesVersion !== controlPlane.to) {
    const message = `${plan.name} runs Kubernetes ${now.kubernetesVersion}; the plan was made for ${controlPlane.from}`;
    add("VersionMoved", plan.name, message, [`planned: to ${controlPlane.to}`]);
  }
  for (const pool of plan.pools) {
    const found = now.pools.find(({ name }) => name === pool.name);
    const subject = `${plan.name}/${pool.name}`;
    // New nodes of another version come with the newest image, so a pool with the image may still lose it.
    const isThere = found?.nodeImageVersion === pool.toImage && found.kubernetesVersion === pool.toVersion;
    if (!found || isThere) continue;
    const latest = found.latestNodeImageVersion;
    if (latest !== "" && latest !== pool.toImage) {
      const message = `the run uses node image ${pool.toImage} everywhere, and AKS would now give pool ${pool.name} of ${plan.name} ${latest}`;
      add("ImageMoved", subject, message, [`pool ${pool.name} has ${found.nodeImageVersion}`]);
    }
    if (found.mode.toLowerCase() !== pool.mode.toLowerCase()) {
      add(
        "PoolMoved",
        subject,
        `pool ${pool.name} of ${plan.name} is a ${found.mode} pool now, planned as ${pool.mode}`,
        [],
      );
    }
  }
  return findings;
}
