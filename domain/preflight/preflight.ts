import { byGravity, type Finding } from "../finding.ts";
import { autoUpgradeChannel, maintenanceWindowOpens } from "./auto-upgrade.ts";
import { backupNotFresh, restoreNotProven } from "./backup.ts";
import { barePods } from "./bare-pods.ts";
import { budgetAllowsNoneNow } from "./budget-allows-none-now.ts";
import { budgetNeverAllows } from "./budget-never-allows.ts";
import { capacityShort } from "./capacity-short.ts";
import { certificateExpiry } from "./certificate-expiry.ts";
import { clusterNotReady } from "./cluster-not-ready.ts";
import { emptyDirData } from "./empty-dir-data.ts";
import { fluxNotReady, fluxSuspended } from "./flux.ts";
import { hostPathData } from "./host-path-data.ts";
import { longGracePeriod } from "./long-grace-period.ts";
import { nodeCordoned, nodeNotReady } from "./nodes.ts";
import { operationInProgress } from "./operation-in-progress.ts";
import { pinnedToPool } from "./pinned-to-pool.ts";
import { podFitsNowhere } from "./pod-fits-nowhere.ts";
import { poolNotReady } from "./pool-not-ready.ts";
import type { PreflightFacts, PreflightRule } from "./preflight-rule.ts";
import type { CannotTell } from "./readiness.ts";
import { removedApiInManifests, removedApiRequested } from "./removed-api-in-use.ts";
import { singleReplica } from "./single-replica.ts";
import { clusterStopped, poolStopped } from "./stopped.ts";
import { subnetFull } from "./subnet-addresses.ts";
import { autoscalerAtMaximum, maxSurgeLarge, maxSurgeZero, undrainableNodes } from "./surge-settings.ts";
import { twoBudgets } from "./two-budgets.ts";
import { vcpuQuotaShort } from "./vcpu-quota.ts";
import { versionSkew } from "./version-skew-rule.ts";
import { oldestMinorOffered, versionOutOfSupport } from "./version-support.ts";

/** All checks, in the order in which their findings are listed. */
export const PREFLIGHT_RULES: readonly PreflightRule[] = [
  clusterStopped,
  clusterNotReady,
  operationInProgress,
  poolNotReady,
  poolStopped,
  versionSkew,
  removedApiRequested,
  removedApiInManifests,
  budgetNeverAllows,
  budgetAllowsNoneNow,
  twoBudgets,
  pinnedToPool,
  podFitsNowhere,
  capacityShort,
  barePods,
  emptyDirData,
  hostPathData,
  singleReplica,
  longGracePeriod,
  nodeNotReady,
  nodeCordoned,
  maxSurgeZero,
  maxSurgeLarge,
  autoscalerAtMaximum,
  undrainableNodes,
  vcpuQuotaShort,
  subnetFull,
  fluxNotReady,
  fluxSuspended,
  backupNotFresh,
  restoreNotProven,
  autoUpgradeChannel,
  maintenanceWindowOpens,
  certificateExpiry,
  versionOutOfSupport,
  oldestMinorOffered,
];

/** What a preflight came to: what was found, the gravest first, and what could not be told. */
export interface PreflightResult {
  readonly findings: readonly Finding[];
  readonly cannotTell: readonly CannotTell[];
}

/** Runs every check that the ring's policy does not leave out. */
export function preflight(facts: PreflightFacts): PreflightResult {
  const findings: Finding[] = [];
  const cannotTell: CannotTell[] = [];
  for (const rule of PREFLIGHT_RULES) {
    const chosen = facts.policy.severities[rule.code];
    if (chosen === "ignore") continue;
    for (const answer of rule.assess(facts)) {
      if ("cannotTell" in answer) {
        cannotTell.push({ code: rule.code, subject: answer.subject, why: answer.cannotTell });
        continue;
      }
      const { subject, message, evidence } = answer;
      const severity = chosen ?? answer.severity ?? rule.severity;
      const { code, remedy } = rule;
      findings.push({ code, severity, subject, message, evidence, remedy, cluster: facts.plan.name });
    }
  }
  return { findings: byGravity(findings), cannotTell };
}
