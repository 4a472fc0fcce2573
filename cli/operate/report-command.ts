import { Command, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";

/** The flags of `drydock report`. */
export interface ReportFlags extends ConnectionFlags {
  readonly output: "markdown" | "json" | "html";
}

/** Makes the `report` command; `run` gets the run's id and the checked flags. */
export function reportCommand(run: (id: string, flags: ReportFlags) => Promise<void>): Command {
  const command = new Command("report")
    .description("Print the report of a run that has ended.")
    .argument("<run>", "id of the run")
    .addOption(
      new Option("-o, --output <format>", "markdown, json, or of restore tests html: a page that stands alone")
        .choices(["markdown", "json", "html"])
        .default("markdown"),
    )
    .addHelpText(
      "after",
      `
Examples:
  drydock report upgrade-0123456789abcdef > report.md
  drydock report restore-test-0123456789abcdef -o html > report.html

Exit codes: 0 printed; 1 the run has not ended yet; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((id: string, flags: ReportFlags) => run(id, flags));
  return withConnection(command);
}
