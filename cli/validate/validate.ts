import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeMistakes, parseFleetConfig } from "../../domain/fleet-config.ts";
import { EXIT_FAILED, usageFailure } from "../failure.ts";
import type { Output } from "../output/output.ts";
import type { ValidateFlags } from "./validate-command.ts";

const STANDARD_INPUT = 0;

/**
 * `drydock validate`: names every mistake in a fleet.yaml. Answers the exit code. Throws CommandFailure.
 *
 * @param appDirectory where the JSON Schema lies
 */
export function validate(file: string, { schema }: ValidateFlags, out: Output, appDirectory: string): number {
  if (schema) {
    out.write(read(join(appDirectory, "fleet.schema.json")));
    return 0;
  }
  const parsed = parseFleetConfig(read(file));
  const name = file === "-" ? "fleet.yaml" : file;
  if ("mistakes" in parsed) {
    out.write(`${describeMistakes(name, parsed.mistakes)}\n`);
    return EXIT_FAILED;
  }
  const { rings, clusters, discover } = parsed.config;
  const found = discover.length === 0 ? "" : `, and ${count(discover.length, "search")} by tags`;
  out.write(`${name}: no mistake; ${count(rings.length, "ring")}, ${count(clusters.length, "cluster")}${found}\n`);
  return 0;
}

function read(file: string): string {
  try {
    return readFileSync(file === "-" ? STANDARD_INPUT : file, "utf8");
  } catch (error) {
    throw usageFailure(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`, error);
  }
}

function count(number: number, what: string): string {
  if (number === 1) return `1 ${what}`;
  return `${number} ${what.endsWith("h") ? `${what}es` : `${what}s`}`;
}
