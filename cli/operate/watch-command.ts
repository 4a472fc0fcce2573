import { Command } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";

/** Makes the `watch` command; `run` gets the run's id and the checked flags. */
export function watchCommand(run: (id: string, flags: ConnectionFlags) => Promise<void>): Command {
  const command = new Command("watch")
    .description("Show a run until it has ended; Ctrl-C leaves it running.")
    .argument("<run>", "id of the run")
    .addHelpText(
      "after",
      "\nExit codes: 0 it passed; 1 it did not, or the app fell silent; 2 a mistake on the command line; 3 no answer; 130 ended by Ctrl-C.",
    )
    .allowExcessArguments(false)
    .action((id: string, flags: ConnectionFlags) => run(id, flags));
  return withConnection(command);
}
