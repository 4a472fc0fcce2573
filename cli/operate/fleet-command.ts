import { Command } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";

/** The flags of `drydock fleet`. */
export interface FleetFlags extends ConnectionFlags {
  readonly output: OutputFormat;
}

/** Makes the `fleet` command; `run` gets the checked flags. */
export function fleetCommand(run: (flags: FleetFlags) => Promise<void>): Command {
  const command = new Command("fleet")
    .description("List the clusters of the fleet, ring by ring, those found by their tags included.")
    .addOption(outputOption())
    .addHelpText(
      "after",
      "\nExit codes: 0 listed; 2 a mistake on the command line; 3 no answer, or the app cannot read fleet.yaml.",
    )
    .allowExcessArguments(false)
    .action((flags: FleetFlags) => run(flags));
  return withConnection(command);
}
