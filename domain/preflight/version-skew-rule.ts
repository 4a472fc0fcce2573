import { skewProblems } from "../version-skew.ts";
import { preflightRule } from "./preflight-rule.ts";

/** What Kubernetes forbids between control plane and kubelets, before and after the change. */
export const versionSkew = preflightRule({
  code: "VersionSkew",
  severity: "blocker",
  sentence: "Control plane and kubelets are, and stay, within the versions that Kubernetes allows side by side.",
  remedy: "Upgrade the pools that lag behind first, and the control plane one minor at a time.",
  needs: ["nodes"],
  check: ({ cluster, targetVersion, nodes }) => {
    const kubelets = new Map(
      nodes.map(({ pool, kubeletVersion }) => [`${pool} ${kubeletVersion}`, { pool, kubeletVersion }]),
    );
    return skewProblems({
      controlPlane: cluster.kubernetesVersion,
      target: targetVersion,
      kubelets: [...kubelets.values()].map(({ pool, kubeletVersion }) => ({
        subject: `${cluster.name}/${pool}`,
        version: kubeletVersion,
      })),
    }).map(({ code, subject, message }) => ({
      subject: subject.startsWith(`${cluster.name}/`) ? subject : cluster.name,
      message: `${subject}: ${message}`,
      evidence: [
        code,
        `control plane ${cluster.kubernetesVersion}${targetVersion === null ? "" : ` to ${targetVersion}`}`,
      ],
    }));
  },
});
