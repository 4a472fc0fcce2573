import { podKey } from "../drain/facts.ts";
import { drainUnits } from "./placement/drain-units.ts";
import { preflightRule } from "./preflight-rule.ts";

/** Most pods that one finding names. */
const MOST_PODS = 5;

/** Each pod may fit somewhere, and all of them together may not. */
export const capacityShort = preflightRule({
  code: "CapacityShort",
  severity: "blocker",
  sentence:
    "The pods of each drain find room together; where neither that nor the contrary can be shown, it is a warning.",
  remedy:
    "Raise the pool's maxSurge or the autoscaler's maximum, add a node for the time of the upgrade, or lower requests.",
  needs: ["pods", "nodes", "volumes"],
  check: (facts) =>
    drainUnits(facts).flatMap(({ pool, what, answer }) => {
      const subject = `${facts.plan.name}/${pool}`;
      if (answer.kind === "short") {
        const { resource, needed, free } = answer;
        const evidence = [`${resource} needed ${amount(resource, needed)}, free ${amount(resource, free)}`];
        return [
          { subject, message: `there is too little ${resource} for the pods of ${what} while it is drained`, evidence },
        ];
      }
      if (answer.kind !== "unsure") return [];
      const evidence = answer.pods
        .slice(0, MOST_PODS)
        .map(({ pod, reasons }) => `pod ${podKey(pod)}: nodes ${reasons.join(", ")}`);
      const message = `no placement was found for ${answer.pods.length} pods of ${what} while it is drained`;
      return [{ subject, message, evidence, severity: "warning" as const }];
    }),
});

function amount(resource: string, value: number): string {
  if (resource === "cpu") return `${Math.round(value)}m`;
  return resource === "memory" || resource === "ephemeral-storage" ? `${Math.round(value / 2 ** 20)}Mi` : String(value);
}
