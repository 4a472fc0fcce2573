import { type MaintenanceWindow, windowStateAt } from "./window.ts";

/** Whether work may be begun now, and if not, when to ask again and why. Milliseconds since the epoch. */
export type Admission =
  | { readonly admitted: true }
  | { readonly admitted: false; readonly askAtMs: number | null; readonly reason: string };

/** How long work is expected to take. */
export interface WorkEstimate {
  /** All of it. */
  readonly totalMs: number;
  /** The first piece that, once begun, has to be ended. */
  readonly pieceMs: number;
}

const MINUTE_MS = 60_000;

/**
 * Decides whether work may be begun: only in an open window, and only when it can be ended before the window shuts. Work that
 * is longer than the whole opening is begun when its first piece fits: it is held at the window's end and goes on in the
 * next one. Without a window work may always be begun.
 */
export function admitWork(window: MaintenanceWindow | null, nowMs: number, work: WorkEstimate): Admission {
  if (window === null) return { admitted: true };
  const state = windowStateAt(window, nowMs);
  if (!state.open) return { admitted: false, askAtMs: state.opensAtMs, reason: state.reason };
  const leftMs = state.closesAtMs - nowMs;
  if (work.totalMs <= leftMs) return { admitted: true };
  const isLongerThanAll = work.totalMs > state.closesAtMs - state.openedAtMs;
  if (isLongerThanAll && work.pieceMs <= leftMs) return { admitted: true };
  const next = windowStateAt(window, state.closesAtMs);
  const needMs = isLongerThanAll ? work.pieceMs : work.totalMs;
  const need = Math.ceil(needMs / MINUTE_MS);
  const left = Math.floor(leftMs / MINUTE_MS);
  return {
    admitted: false,
    askAtMs: next.open ? state.closesAtMs : next.opensAtMs,
    reason: `the ring's window shuts in ${left} min, and about ${need} min are needed`,
  };
}
