import type { Gate, SignalKind } from "./run-control.ts";

/** The command that gives a run a signal, for a person to copy. */
export function signalCommand(runId: string, kind: SignalKind, gate?: string): string {
  const meant = gate === undefined ? "" : ` --gate ${gate}`;
  return `drydock ${kind} ${runId}${meant} --reason "..."`;
}

/**
 * The commands that answer one of a run's gates, one for each of its options. They say which gate they mean unless it is known
 * to be the only one.
 *
 * @param open all gates that stand open, where that is known
 */
export function answerCommands(runId: string, gate: Gate, open?: readonly Gate[]): string[] {
  const isOnly = open?.length === 1;
  return gate.options.map((kind) => signalCommand(runId, kind, isOnly ? undefined : gate.id));
}
