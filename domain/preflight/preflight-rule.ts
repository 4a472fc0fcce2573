import type { ClusterFacts } from "../cluster-facts.ts";
import type { ClusterSettings } from "../cluster-settings.ts";
import type { Finding, Severity } from "../finding.ts";
import type { ClusterPlan } from "../upgrade-plan.ts";
import type { PreflightPolicy } from "./preflight-policy.ts";
import type { PreflightReadings, Reading, ReadingName } from "./readings.ts";

/** What is known of a cluster before anything is touched. What could not be read says why. */
export interface PreflightFacts {
  readonly plan: ClusterPlan;
  /** Version that the control plane is to run; null while only node images change. */
  readonly targetVersion: string | null;
  readonly nowMs: number;
  readonly policy: Pick<PreflightPolicy, "severities" | "backup">;
  readonly cluster: ClusterFacts;
  readonly settings: ClusterSettings;
  readonly readings: { readonly [Name in ReadingName]: Reading<PreflightReadings[Name]> };
}

/** The facts of every rule, without what has to be read first. */
export type KnownFacts = Omit<PreflightFacts, "readings">;

/** The facts of a rule that needs some readings: these are there. */
export type FactsWith<Needs extends ReadingName> = KnownFacts & Pick<PreflightReadings, Needs>;

/** What a rule found, without what the rule itself knows; `severity` where it is not the rule's own. */
export type RuleFinding = Pick<Finding, "subject" | "message" | "evidence"> & { readonly severity?: Severity };

/** What a rule cannot tell, and why. */
export interface Untold {
  readonly subject: string;
  readonly cannotTell: string;
}

/** One preflight check, as a file states it. */
interface RuleDefinition<Needs extends ReadingName> {
  readonly code: string;
  readonly severity: Severity;
  /** What the rule makes sure of, one sentence. */
  readonly sentence: string;
  readonly remedy: string;
  /** What must have been read for it. */
  readonly needs: readonly Needs[];
  /** Whether there is anything to check; what need not be checked need not be read. */
  readonly applies?: (facts: KnownFacts) => boolean;
  readonly check: (facts: FactsWith<Needs>) => ReadonlyArray<RuleFinding | Untold>;
}

/** One preflight check. To add a check is to add a file and a row. */
export interface PreflightRule extends Omit<RuleDefinition<ReadingName>, "check"> {
  /** Checks; a rule whose facts could not be read answers that it cannot tell, instead of passing. */
  readonly assess: (facts: PreflightFacts) => ReadonlyArray<RuleFinding | Untold>;
}

/** Makes a rule of its definition: its check runs on what it needs, and only when all of that was read. */
export function preflightRule<const Needs extends ReadingName = never>(
  definition: RuleDefinition<Needs>,
): PreflightRule {
  const { check, ...rule } = definition;
  return {
    ...rule,
    assess: (facts) => {
      if (rule.applies?.(facts) === false) return [];
      const missing = rule.needs.flatMap((name) => {
        const reading = facts.readings[name];
        return reading.read ? [] : [reading.why];
      });
      if (missing.length > 0) {
        return [...new Set(missing)].map((why) => ({ subject: facts.plan.name, cannotTell: why }));
      }
      return check({ ...facts, ...valuesOf(facts, rule.needs) });
    },
  };
}

function valuesOf<Needs extends ReadingName>(
  { readings }: PreflightFacts,
  needs: readonly Needs[],
): Pick<PreflightReadings, Needs> {
  const values: Partial<Record<ReadingName, unknown>> = {};
  for (const name of needs) {
    const reading = readings[name];
    if (reading.read) values[name] = reading.value;
  }
  return values as Pick<PreflightReadings, Needs>;
}
