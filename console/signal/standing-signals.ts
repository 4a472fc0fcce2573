import type { Signal } from "../../domain/run-control.ts";

/** The signal that cancelled a run, if it was. */
export function cancellationOf(signals: readonly Signal[]): Signal | undefined {
  return signals.find(({ kind }) => kind === "cancel");
}

/** The signal that holds a run, unless it was resumed or cancelled since. */
export function pauseOf(signals: readonly Signal[]): Signal | undefined {
  const last = signals.findLast(({ kind }) => kind === "pause" || kind === "resume" || kind === "cancel");
  return last?.kind === "pause" ? last : undefined;
}
