import { extraMachines, type PlannedPool, plannedPools } from "./planned-pools.ts";
import { type FactsWith, preflightRule, type RuleFinding, type Untold } from "./preflight-rule.ts";

const SIZE = /^Standard_([A-Z]+)\d+(?:-\d+)?([a-z]*)(?:_([A-Z]+\d+))?(?:_(v\d+))?$/;
/** What spot machines of every size count against. */
const SPOT_QUOTA = "lowPriorityCores";
const REGIONAL_QUOTA = "cores";

/**
 * The quota family of a machine size, as `az vm list-usage` names it: Standard_D4ds_v5 counts as standardDDSv5Family. Null for
 * a size whose name does not follow the convention (learn.microsoft.com/azure/virtual-machines/vm-naming-conventions).
 */
export function quotaFamilyOf(vmSize: string): string | null {
  const [, letters, features = "", accelerator = "", version = ""] = SIZE.exec(vmSize) ?? [];
  return letters === undefined ? null : `standard${letters}${features.toUpperCase()}${accelerator}${version}Family`;
}

/** Surge nodes and green pools need cores that the region's quota must still have. */
export const vcpuQuotaShort = preflightRule({
  code: "VcpuQuotaShort",
  severity: "blocker",
  sentence:
    "The region's vCPU quotas, of all sizes and of the pool's, have room for the surge or green nodes of each pool.",
  remedy: "Ask for more quota (az quota, or Azure portal, Quotas), lower maxSurge, or free machines of that family.",
  needs: ["nodes", "computeUsages"],
  check: (facts) => plannedPools(facts).flatMap((pool) => checkPool(facts, pool)),
});

function checkPool(facts: FactsWith<"nodes" | "computeUsages">, planned: PlannedPool): Array<RuleFinding | Untold> {
  const { name, vmSize } = planned.pool;
  const subject = `${facts.plan.name}/${name}`;
  const machines = extraMachines(planned);
  if (machines === 0) return [];
  const millicores = facts.nodes.find(({ pool }) => pool === name)?.capacity.cpu;
  if (millicores === undefined) return [{ subject, cannotTell: `no node of pool ${name} tells how many vCPUs it has` }];
  const needed = (machines * millicores) / 1000;
  const quotas = planned.settings.isSpot ? [SPOT_QUOTA] : [REGIONAL_QUOTA, quotaFamilyOf(vmSize) ?? ""];
  return quotas.flatMap((quota): Array<RuleFinding | Untold> => {
    const usage = facts.computeUsages.find((candidate) => candidate.name.toLowerCase() === quota.toLowerCase());
    if (!usage) return [{ subject, cannotTell: `Azure names no quota ${quota || "family"} for ${vmSize}` }];
    if (usage.used + needed <= usage.limit) return [];
    return [
      {
        subject,
        message: `quota ${usage.name} has ${usage.limit - usage.used} vCPUs left; ${machines} more nodes of pool ${name} need ${needed}`,
        evidence: [
          `${usage.used} of ${usage.limit} used in ${facts.cluster.location}`,
          `${vmSize}: ${millicores / 1000} vCPUs`,
        ],
      },
    ];
  });
}
