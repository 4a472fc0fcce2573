import { resolve } from "node:path";
import type { Severity } from "../../domain/finding.ts";
import { checkFleet, clusterNames, type FleetCheck } from "../../domain/fleet-check/fleet-check.ts";
import { fleetCheckJson } from "../../domain/fleet-check/report/json.ts";
import { fleetCheckMarkdown } from "../../domain/fleet-check/report/markdown.ts";
import { sarifOf } from "../../domain/fleet-check/report/sarif.ts";
import { EXIT_FAILED, usageFailure } from "../failure.ts";
import type { Place } from "../output/output.ts";
import { wantsColour } from "../view/paint.ts";
import { originsOf, readCheckout } from "./checkout.ts";
import { isRepositoryUrl, withClone } from "./clone.ts";
import type { FleetCheckFlags } from "./fleet-flags.ts";
import { fleetCheckLines } from "./fleet-text.ts";
import { fluxRenderer } from "./flux-renderer.ts";

/** Where the answer goes, and what it depends on. */
interface Surroundings extends Pick<Place, "out" | "environment"> {
  /** Of drydock. */
  readonly version: string;
}

const GRAVE: Readonly<Record<FleetCheckFlags["failOn"], readonly Severity[]>> = {
  blocker: ["blocker"],
  warning: ["blocker", "warning"],
};

/** `drydock fleet check`: prints what a rebuild would lack. Answers the exit code; rejects with CommandFailure. */
export async function fleetCheck(place: string, flags: FleetCheckFlags, surroundings: Surroundings): Promise<number> {
  const check = isRepositoryUrl(place)
    ? await withClone(place, async (directory) => checkDirectory(directory, flags, [place]))
    : checkDirectory(resolve(place), flags, originsOf(resolve(place)));
  surroundings.out.write(`${rendered(check, flags, surroundings)}\n`);
  const all = [...check.findings, ...check.clusters.flatMap(({ findings }) => findings)];
  return all.some(({ severity }) => GRAVE[flags.failOn].includes(severity)) ? EXIT_FAILED : 0;
}

function checkDirectory(directory: string, { cluster, registry }: FleetCheckFlags, origins: string[]): FleetCheck {
  const files = readCheckout(directory);
  const renderer = fluxRenderer(files);
  const check = checkFleet({ files, renderer, origins, cluster, attachedRegistries: registry });
  if (check.clusters.length > 0) return check;
  if (cluster === undefined) {
    throw usageFailure(
      `There is no cluster in ${directory}: no flux-system, no folder clusters/NAME, no kustomization. Name the root of a fleet repository.`,
    );
  }
  throw usageFailure(`There is no cluster ${cluster}; there are: ${clusterNames(files).join(", ") || "none"}.`);
}

function rendered(check: FleetCheck, { output }: FleetCheckFlags, { out, environment, version }: Surroundings): string {
  switch (output) {
    case "json":
      return JSON.stringify(fleetCheckJson(check), null, 2);
    case "sarif":
      return JSON.stringify(sarifOf(check, version), null, 2);
    case "markdown":
      return fleetCheckMarkdown(check).trimEnd();
    default:
      return fleetCheckLines(check, wantsColour(out, environment)).join("\n");
  }
}
