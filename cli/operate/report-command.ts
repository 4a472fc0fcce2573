import { Command, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";

/** The flags of `drydock report`. */
export interface ReportFlags extends ConnectionFlags {
  readonly output: "markdown" | "json";
}

/** Makes the `report` command; `run` gets the run's id and the checked flags. */
export function reportCommand(run: (id: string, flags: ReportFlags) => Promise<void>): Command {
  const command = new Command("report")
    .description("Print the report of a run that has ended.")
    .argument("<run>", "id of the run")
    .addOption(
      new Option("-o, --output <format>", "markdown or json").choices(["markdown", "json"]).default("markdown"),
    )
    .addHelpText(
      "after",
      `
Example:
  drydock report upgrade-0123456789abcdef > report.md

Exit codes: 0 printed; 1 the run has not ended yet; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((id: string, flags: ReportFlags) => run(id, flags));
  return withConnection(command);
}
