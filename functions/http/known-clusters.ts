import type { FleetConfig } from "../../domain/fleet-config.ts";
import { Problem } from "./problem.ts";

/** Clusters of the fleet that a problem names. */
const NAMED = 20;

/** Throws Problem when a name is none of the fleet's clusters: 400, or 404 where the name is what is asked for. */
export function requireKnown(config: FleetConfig, names: readonly string[], status: 400 | 404 = 400): void {
  const known = new Set(config.clusters.map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const more = known.size > NAMED ? ` and ${known.size - NAMED} more` : "";
  const detail = `Not in fleet.yaml: ${unknown.join(", ")}. Its clusters are ${[...known].slice(0, NAMED).join(", ")}${more}.`;
  throw new Problem(status, "Unknown cluster", detail);
}

/** Throws Problem 400 when fleet.yaml has no restore tests, or none of a cluster. */
export function requireTests({ restoreTests }: FleetConfig, names: readonly string[]): void {
  if (!restoreTests) {
    throw new Problem(
      400,
      "No restore tests",
      "fleet.yaml has no restoreTests; docs/fleet-yaml.md tells how to plan them.",
    );
  }
  const planned = new Set(restoreTests.clusters.map(({ cluster }) => cluster));
  const unplanned = names.filter((name) => !planned.has(name));
  if (unplanned.length === 0) return;
  const detail = `restoreTests of fleet.yaml has no test of ${unplanned.join(", ")}. It tests ${[...planned].slice(0, NAMED).join(", ")}.`;
  throw new Problem(400, "No restore test", detail);
}
