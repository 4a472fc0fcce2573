import { Command, InvalidArgumentError, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";

/** The flags of `drydock trends`. */
export interface TrendsFlags extends ConnectionFlags {
  readonly months: number;
  readonly output: OutputFormat;
}

/** Makes the `trends` command; `run` gets the cluster, if one was named, and the checked flags. */
export function trendsCommand(run: (cluster: string | undefined, flags: TrendsFlags) => Promise<void>): Command {
  const command = new Command("trends")
    .description("Show how restore tests went month by month, and which clusters have not been proven for how long.")
    .argument("[cluster]", "a cluster of fleet.yaml; else all that are tested")
    .addOption(new Option("--months <count>", "how many months back").argParser(monthCount).default(12))
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Examples:
  drydock trends
  drydock trends prod-weu --months 6

Exit codes: 0 printed; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((cluster: string | undefined, flags: TrendsFlags) => run(cluster, flags));
  return withConnection(command);
}

function monthCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 36) return count;
  throw new InvalidArgumentError("It must be a whole number from 1 to 36.");
}
