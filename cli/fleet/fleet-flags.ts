import { Command, Option } from "commander";

/** The flags of `drydock fleet check`. */
export interface FleetCheckFlags {
  readonly cluster?: string;
  readonly output: "text" | "json" | "sarif" | "markdown";
  readonly failOn: "blocker" | "warning";
  readonly registry?: readonly string[];
}

/** Makes the `check` command of `fleet`; `run` gets the path or URL and the checked flags. */
export function fleetCheckCommand(run: (place: string, flags: FleetCheckFlags) => Promise<void>): Command {
  return new Command("check")
    .description("Read a fleet repository as Flux would, and say what a rebuild from it alone would lack.")
    .argument("<path-or-url>", "a checkout, or the URL of a Git repository")
    .addOption(new Option("--cluster <name>", "one cluster of the repository"))
    .addOption(
      new Option("-o, --output <format>", "text, json, sarif or markdown")
        .choices(["text", "json", "sarif", "markdown"])
        .default("text"),
    )
    .addOption(
      new Option("--fail-on <severity>", "what ends with exit code 1: blocker or warning")
        .choices(["blocker", "warning"])
        .default("blocker"),
    )
    .addOption(
      new Option("--registry <host...>", "container registries that the clusters are attached to; others are reported"),
    )
    .addHelpText(
      "after",
      `
Examples:
  drydock fleet check .
  drydock fleet check . --cluster prod-weu --fail-on warning
  drydock fleet check . -o sarif > fleet.sarif
  drydock fleet check https://git.example.com/fleet.git

Exit codes: 0 nothing so grave as --fail-on says; 1 findings so grave; 2 the command line, the folder or the URL is wrong.`,
    )
    .allowExcessArguments(false)
    .action((place: string, flags: FleetCheckFlags) => run(place, flags));
}
