import { Argument, Command, Option } from "commander";
import type { RunKind } from "../../domain/run-kind.ts";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";
import { clusterOption, keepHoursOption, pointOption, scopeOption } from "./target-options.ts";

/** The flags of `drydock plan`. */
export interface PlanFlags extends ConnectionFlags {
  readonly cluster?: readonly string[];
  readonly scope?: "nodeImage" | "patch" | "minor";
  readonly preflight: boolean;
  readonly point?: string;
  readonly keepHours?: number;
  readonly output: OutputFormat;
}

/** Makes the `plan` command; `run` gets the kind and the checked flags. */
export function planCommand(run: (kind: RunKind, flags: PlanFlags) => Promise<void>): Command {
  const command = new Command("plan")
    .description(
      "Say before anything changes what an upgrade or restore tests would do and make, and what would block them.",
    )
    .addArgument(new Argument("<kind>", "what is planned").choices(["upgrade", "restore-test"] satisfies RunKind[]))
    .addOption(clusterOption())
    .addOption(scopeOption())
    .addOption(new Option("--no-preflight", "do not look into the clusters for what would block them"))
    .addOption(pointOption())
    .addOption(keepHoursOption())
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Examples:
  drydock plan upgrade
  drydock plan upgrade --cluster dev-weu --scope nodeImage
  drydock run upgrade --plan plan-0123456789abcdef --reason "as planned"
  drydock plan restore-test --cluster prod-weu --point 2026-11-20

Exit codes: 0 planned, also with findings that block; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((kind: RunKind, flags: PlanFlags) => run(kind, flags));
  return withConnection(command);
}
