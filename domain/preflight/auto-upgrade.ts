import { nextOpening } from "./maintenance-schedule.ts";
import { type KnownFacts, preflightRule } from "./preflight-rule.ts";

const HOUR_MS = 3_600_000;
/** How far ahead an AKS maintenance window is of concern: longer than a cluster's upgrade takes. */
const HORIZON_HOURS = 24;
/** Channel of node images that reimages nothing: the machines patch themselves. */
const UNMANAGED = "Unmanaged";

/** Which of AKS's own channels change a cluster, and the schedule that each keeps to. */
function activeChannels({ settings }: KnownFacts) {
  const { upgradeChannel, nodeOsUpgradeChannel } = settings;
  return [
    { what: "upgradeChannel", channel: upgradeChannel, schedule: "aksManagedAutoUpgradeSchedule" },
    { what: "nodeOSUpgradeChannel", channel: nodeOsUpgradeChannel, schedule: "aksManagedNodeOSUpgradeSchedule" },
  ].flatMap(({ channel, ...rest }) => (channel === null || channel === UNMANAGED ? [] : [{ ...rest, channel }]));
}

/** Two that upgrade one cluster are one too many: rings, windows and soaks are Drydock's, and AKS knows none of them. */
export const autoUpgradeChannel = preflightRule({
  code: "AutoUpgradeChannel",
  severity: "warning",
  sentence: "No auto-upgrade channel of AKS changes the cluster beside Drydock.",
  remedy: "Set the channel to none (az aks update --auto-upgrade-channel none, --node-os-upgrade-channel None).",
  needs: [],
  check: (facts) =>
    activeChannels(facts).map(({ what, channel }) => ({
      subject: facts.plan.name,
      message: `AKS upgrades this cluster by itself, too (${what} ${channel})`,
      evidence: [`${what} ${channel}`],
    })),
});

/** What AKS begins by itself during a run makes Azure refuse the run's own steps. */
export const maintenanceWindowOpens = preflightRule({
  code: "MaintenanceWindowOpens",
  severity: "warning",
  sentence: `No maintenance window in which AKS may upgrade the cluster by itself is open or opens within ${HORIZON_HOURS} hours.`,
  remedy:
    "Set the channel to none, or move the maintenance window away from the ring's own (az aks maintenanceconfiguration).",
  needs: ["maintenance"],
  applies: (facts) => activeChannels(facts).length > 0,
  check: (facts) =>
    activeChannels(facts).flatMap(({ what, channel, schedule }) => {
      const subject = facts.plan.name;
      const own = facts.maintenance.find(({ name }) => name === schedule);
      if (!own) {
        const message = `AKS may begin an upgrade of its own (${what} ${channel}) at any time: there is no ${schedule}`;
        return [{ subject, message, evidence: [`${what} ${channel}`] }];
      }
      const opening = nextOpening(own, facts.nowMs, facts.nowMs + HORIZON_HOURS * HOUR_MS);
      if (opening === null) return [];
      const [start, end] = [new Date(opening.startMs).toISOString(), new Date(opening.endMs).toISOString()];
      const when = opening.startMs <= facts.nowMs ? "is open" : `opens at ${start}`;
      const message = `the maintenance window in which AKS may upgrade this cluster (${what} ${channel}) ${when}`;
      return [{ subject, message, evidence: [`${schedule}: ${start} to ${end}`] }];
    }),
});
