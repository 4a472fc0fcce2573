import type { Gate, SignalKind } from "./run-control.ts";

/** The command that gives a run a signal, for a person to copy; `--gate` only where the run asks more than one thing. */
export function signalCommand(runId: string, kind: SignalKind, gate?: string): string {
  const meant = gate === undefined ? "" : ` --gate ${gate}`;
  return `drydock ${kind} ${runId}${meant} --reason "..."`;
}

/**
 * The commands that answer one of a run's open gates, one for each of its options.
 *
 * @param open all gates that stand open; with several, an answer has to say which it means
 */
export function answerCommands(runId: string, gate: Gate, open: readonly Gate[] = [gate]): string[] {
  const isOnly = open.every(({ id }) => id === gate.id);
  return gate.options.map((kind) => signalCommand(runId, kind, isOnly ? undefined : gate.id));
}
