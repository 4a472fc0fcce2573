import type { PoolSettings } from "../cluster-settings.ts";
import { extraMachines, plannedPools } from "./planned-pools.ts";
import { type FactsWith, preflightRule, type RuleFinding, type Untold } from "./preflight-rule.ts";

/** Azure CNI hands a node addresses of a pod subnet in batches of this size. */
const POD_SUBNET_BATCH = 16;

/** Surge nodes and green pools need addresses that their subnet must still have. */
export const subnetFull = preflightRule({
  code: "SubnetFull",
  severity: "blocker",
  sentence: "The subnets of nodes and pods have addresses for the surge or green nodes of each pool.",
  remedy: "Enlarge the subnet, lower maxSurge or maxPods, or move the pool to a larger subnet.",
  needs: ["subnets"],
  applies: (facts) => facts.settings.pools.some(({ subnetId, podSubnetId }) => (subnetId ?? podSubnetId) !== null),
  check: (facts) =>
    plannedPools(facts).flatMap((planned) => {
      const machines = extraMachines(planned);
      const { settings } = planned;
      return [
        ...checkSubnet(facts, settings, settings.subnetId, machines * addressesOfNode(facts, settings)),
        ...checkSubnet(facts, settings, settings.podSubnetId, machines * POD_SUBNET_BATCH),
      ];
    }),
});

function addressesOfNode({ settings }: Pick<FactsWith<never>, "settings">, pool: PoolSettings): number {
  return settings.podsTakeNodeAddresses && pool.podSubnetId === null ? 1 + pool.maxPods : 1;
}

function checkSubnet(
  facts: FactsWith<"subnets">,
  pool: PoolSettings,
  id: string | null,
  needed: number,
): Array<RuleFinding | Untold> {
  if (id === null || needed === 0) return [];
  const subject = `${facts.plan.name}/${pool.name}`;
  const subnet = facts.subnets.find((candidate) => candidate.id.toLowerCase() === id.toLowerCase());
  const name = id.split("/").at(-1) ?? id;
  if (!subnet) return [{ subject, cannotTell: `how many addresses subnet ${name} has left was not read` }];
  const free = subnet.usable - subnet.used;
  if (needed <= free) return [];
  return [
    {
      subject,
      message: `subnet ${name} has ${free} addresses left; more nodes of pool ${pool.name} need ${needed}`,
      evidence: [`${subnet.used} of ${subnet.usable} used`, id],
    },
  ];
}
