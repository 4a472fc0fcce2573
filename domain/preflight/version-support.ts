import { compareVersions, minorOf } from "../version-skew.ts";
import { type FactsWith, preflightRule } from "./preflight-rule.ts";
import type { OfferedMinor } from "./readings.ts";

/** What AKS offers tells what it supports: a minor that is no longer offered gets no fixes. */
export const versionOutOfSupport = preflightRule({
  code: "VersionOutOfSupport",
  severity: "warning",
  sentence: "AKS still offers the cluster's Kubernetes minor under its support plan.",
  remedy: "Upgrade to a minor that is offered (az aks get-upgrades), or choose long-term support.",
  needs: ["offeredMinors"],
  check: (facts) => {
    const { cluster, settings, minor, offered } = supportOf(facts);
    if (minor === null) return [{ subject: cluster.name, cannotTell: `"${cluster.kubernetesVersion}" is no version` }];
    if (offered.some((candidate) => candidate.minor === minor)) return [];
    const message = `Kubernetes ${minor} is out of support: AKS does not offer it under ${settings.supportPlan}`;
    const evidence = [`runs ${cluster.kubernetesVersion}`, `offered: ${offered.map((one) => one.minor).join(", ")}`];
    return [{ subject: cluster.name, message, evidence }];
  },
});

/** The oldest minor on offer is the next to go. */
export const oldestMinorOffered = preflightRule({
  code: "OldestMinorOffered",
  severity: "info",
  sentence: "The cluster's Kubernetes minor is not the oldest that AKS offers.",
  remedy: "Plan the upgrade to the next minor; the date is in the AKS release calendar.",
  needs: ["offeredMinors"],
  check: (facts) => {
    const { cluster, minor, offered } = supportOf(facts);
    const [oldest, next] = offered;
    if (minor === null || oldest?.minor !== minor || next === undefined) return [];
    const evidence = [`offered: ${offered.map((one) => one.minor).join(", ")}`];
    return [{ subject: cluster.name, message: `Kubernetes ${minor} is the oldest minor that AKS offers`, evidence }];
  },
});

function supportOf(facts: FactsWith<"offeredMinors">) {
  const { cluster, settings, offeredMinors } = facts;
  const isCovered = ({ isPreview, supportPlans }: OfferedMinor) =>
    !isPreview && (supportPlans.length === 0 || supportPlans.includes(settings.supportPlan));
  const offered = offeredMinors.filter(isCovered).toSorted((a, b) => compareVersions(a.minor, b.minor));
  return { cluster, settings, minor: minorOf(cluster.kubernetesVersion), offered };
}
