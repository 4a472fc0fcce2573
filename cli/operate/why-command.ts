import { Command } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";

/** The flags of `drydock why`. */
export interface WhyFlags extends ConnectionFlags {
  readonly output: OutputFormat;
}

/** Makes the `why` command; `run` gets the cluster's name and the checked flags. */
export function whyCommand(run: (cluster: string, flags: WhyFlags) => Promise<void>): Command {
  const command = new Command("why")
    .description("Say why a cluster was or was not upgraded, and when it will be.")
    .argument("<cluster>", "a cluster of fleet.yaml")
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  drydock why prod-weu

Exit codes: 0 answered, whatever the answer; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((cluster: string, flags: WhyFlags) => run(cluster, flags));
  return withConnection(command);
}
