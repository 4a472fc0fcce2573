import type { Severity } from "../finding.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { Supplies } from "./references/supply.ts";
import type { Place } from "./repository.ts";

/** What a rule looks at. */
export interface ClusterFacts {
  readonly view: ClusterView;
  readonly supplies: Supplies;
  /** Registries that the cluster may pull from without a secret, as host names; null when nobody said. */
  readonly attachedRegistries: readonly string[] | null;
}

/** What a rule found. What the rule itself knows is said only where it is different for this one. */
export interface RuleFinding {
  readonly subject: string;
  /** One sentence. */
  readonly message: string;
  readonly places: readonly Place[];
  /** What was seen besides the places, one fact a line. */
  readonly evidence?: readonly string[];
  readonly severity?: Severity;
}

/** One check of a cluster. To add a check is to add a file and a row. */
export interface FleetRule {
  readonly code: string;
  /** At most so grave. A blocker only where a rebuild from Git alone cannot succeed. */
  readonly severity: Severity;
  /** What the rule makes sure of, one sentence. */
  readonly sentence: string;
  readonly remedy: string;
  /** Whether it is about what a drill must keep from the world outside; the remedy says how. */
  readonly isSideEffect?: true;
  readonly check: (facts: ClusterFacts) => readonly RuleFinding[];
}
