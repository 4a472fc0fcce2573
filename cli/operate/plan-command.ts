import { Argument, Command, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";
import { clusterOption, scopeOption } from "./target-options.ts";

/** The flags of `drydock plan`. */
export interface PlanFlags extends ConnectionFlags {
  readonly cluster?: readonly string[];
  readonly scope?: "nodeImage" | "patch" | "minor";
  readonly preflight: boolean;
  readonly output: OutputFormat;
}

/** Makes the `plan` command; `run` gets the checked flags. */
export function planCommand(run: (flags: PlanFlags) => Promise<void>): Command {
  const command = new Command("plan")
    .description(
      "Say before anything changes what an upgrade would do, in which order and when, and what would block it.",
    )
    .addArgument(new Argument("<kind>", "what is planned").choices(["upgrade"]))
    .addOption(clusterOption())
    .addOption(scopeOption())
    .addOption(new Option("--no-preflight", "do not look into the clusters for what would block them"))
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Examples:
  drydock plan upgrade
  drydock plan upgrade --cluster dev-weu --scope nodeImage
  drydock run upgrade --plan plan-0123456789abcdef --reason "as planned"

Exit codes: 0 planned, also with findings that block; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((_kind: string, flags: PlanFlags) => run(flags));
  return withConnection(command);
}
