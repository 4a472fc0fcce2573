import { Command, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";
import { numberIn } from "../start/start-flags.ts";

/** The flags of `drydock runs`. */
export interface RunsFlags extends ConnectionFlags {
  readonly limit: number;
  readonly output: OutputFormat;
}

/** Makes the `runs` command; `run` gets the checked flags. */
export function runsCommand(run: (flags: RunsFlags) => Promise<void>): Command {
  const command = new Command("runs")
    .description("List the newest runs, newest first.")
    .addOption(new Option("--limit <n>", "how many").default(20).argParser(numberIn(1, 200, true)))
    .addOption(outputOption())
    .addHelpText("after", "\nExit codes: 0 listed; 2 a mistake on the command line; 3 no answer.")
    .allowExcessArguments(false)
    .action((flags: RunsFlags) => run(flags));
  return withConnection(command);
}
