import { Command, Option } from "commander";
import type { SignalKind } from "../../domain/run-control.ts";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";
import { type OutputFormat, outputOption } from "../output/output-option.ts";
import { byOption, reasonOption } from "./target-options.ts";

/** The flags of the commands that tell a run something. */
export interface SignalFlags extends ConnectionFlags {
  readonly reason: string;
  readonly by: string;
  readonly gate?: string;
  readonly output: OutputFormat;
}

const DESCRIPTIONS: Readonly<Record<SignalKind, string>> = {
  approve: "Approve what a run asks.",
  decline: "Decline what a run asks: what was to be approved is left out.",
  pause: "Hold a run where nothing is left half done; drydock resume lets it go on.",
  resume: "Let a paused run go on.",
  cancel: "End a run where nothing is left half done; what is not done is undone.",
  retry: "Let a halted ring try again what failed.",
  skip: "Let a halted ring go on without what failed.",
};
/** Signals that answer a question of the run. */
const ANSWERS: ReadonlySet<SignalKind> = new Set(["approve", "decline", "retry", "skip"]);

/** Makes the command of a signal; `run` gets the run's id and the checked flags. */
export function signalCommand(kind: SignalKind, run: (id: string, flags: SignalFlags) => Promise<void>): Command {
  const command = new Command(kind).description(DESCRIPTIONS[kind]).argument("<run>", "id of the run");
  if (ANSWERS.has(kind))
    command.addOption(new Option("--gate <id>", "which question, when the run asks more than one"));
  command
    .addOption(reasonOption())
    .addOption(byOption())
    .addOption(outputOption())
    .addHelpText(
      "after",
      `
Example:
  drydock ${kind} upgrade-0123456789abcdef --reason "…"

Exit codes: 0 the run has taken it in; 1 it would have no effect, and why; 2 a mistake on the command line; 3 no answer.`,
    )
    .allowExcessArguments(false)
    .action((id: string, flags: SignalFlags) => run(id, flags));
  return withConnection(command);
}
