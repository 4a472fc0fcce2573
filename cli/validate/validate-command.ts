import { Command, Option } from "commander";

/** The flags of `drydock validate`. */
export interface ValidateFlags {
  readonly schema: boolean;
}

/** Makes the `validate` command; `run` gets the file and the checked flags. */
export function validateCommand(run: (file: string, flags: ValidateFlags) => Promise<void>): Command {
  return new Command("validate")
    .description("Name file, line, column and path of every mistake in fleet.yaml; nothing is asked of anybody.")
    .argument("[file]", "the file; - reads standard input", "fleet.yaml")
    .addOption(new Option("--schema", "print the JSON Schema of fleet.yaml, for editors").default(false))
    .addHelpText(
      "after",
      `
Examples:
  drydock validate
  drydock validate clusters/fleet.yaml
  git show main:fleet.yaml | drydock validate -
  drydock validate --schema > fleet.schema.json

Exit codes: 0 no mistake; 1 mistakes; 2 the file cannot be read, or a mistake on the command line.`,
    )
    .allowExcessArguments(false)
    .action((file: string, flags: ValidateFlags) => run(file, flags));
}
