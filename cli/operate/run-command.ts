import { Argument, Command, Option } from "commander";
import type { RunKind } from "../../domain/run-kind.ts";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";
import { byOption, clusterOption, keepHoursOption, pointOption, reasonOption, scopeOption } from "./target-options.ts";

/** The flags of `drydock run`. */
export interface RunFlags extends ConnectionFlags {
  readonly cluster?: readonly string[];
  readonly scope?: "nodeImage" | "patch" | "minor";
  readonly plan?: string;
  readonly point?: string;
  readonly keepHours?: number;
  readonly reason: string;
  readonly by: string;
  readonly watch: boolean;
  readonly output: OutputFormat;
}

/** Makes the `run` command; `run` gets the kind and the checked flags. */
export function runCommand(run: (kind: RunKind, flags: RunFlags) => Promise<void>): Command {
  const command = new Command("run")
    .description(
      "Start an upgrade or restore tests: of the fleet, of some clusters, or as a plan says that was shown before.",
    )
    .addArgument(new Argument("<kind>", "what is started").choices(["upgrade", "restore-test"] satisfies RunKind[]))
    .addOption(clusterOption())
    .addOption(scopeOption())
    .addOption(new Option("--plan <id>", "do exactly what this plan says").conflicts(["cluster", "scope"]))
    .addOption(pointOption())
    .addOption(keepHoursOption())
    .addOption(reasonOption())
    .addOption(byOption())
    .addOption(new Option("--watch", "show the run until it has ended").default(false).conflicts("output"))
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Examples:
  drydock run upgrade --reason "node images of this week"
  drydock run upgrade --cluster dev-weu --scope nodeImage --reason "try it on dev" --watch
  drydock run upgrade --plan plan-0123456789abcdef --reason "as planned"
  drydock run restore-test --cluster prod-weu --point latest --reason "before the audit" --watch

Exit codes: 0 started, or with --watch passed; 1 with --watch not passed, or the plan is none that can be run;
2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((kind: RunKind, flags: RunFlags) => run(kind, flags));
  return withConnection(command);
}
