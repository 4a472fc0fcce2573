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
/** Openings that are looked at before it is said that none is long enough: freezes may cut some. */
const LOOKED_AT = 20;
const HOUR_MS = 3_600_000;

/** What is left of an opening from a moment on. */
interface Opening {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Decides whether work may be begun: only in an open window, and only when it can be ended before the window shuts. Work that
 * is longer than every opening is begun when its first piece fits: it is held at the window's end and goes on in the next
 * one. When not even that ever fits, there is nothing to wait for (`askAtMs` null). Without a window work may always be begun.
 */
export function admitWork(window: MaintenanceWindow | null, nowMs: number, work: WorkEstimate): Admission {
  if (window === null) return { admitted: true };
  const longestMs = Math.max(...window.weekly.map(({ hours }) => hours * HOUR_MS));
  const needMs = work.totalMs <= longestMs ? work.totalMs : work.pieceMs;
  const need = Math.ceil(needMs / MINUTE_MS);
  const never = `no opening of the ring's window is long enough: about ${need} min are needed`;
  const state = windowStateAt(window, nowMs);
  if (state.open && state.closesAtMs - nowMs >= needMs) return { admitted: true };
  if (needMs > longestMs) return { admitted: false, askAtMs: null, reason: never };
  const fitting = firstFitting(window, nowMs, needMs);
  if (fitting === undefined) {
    const isShut = !state.open && state.opensAtMs === null;
    return { admitted: false, askAtMs: null, reason: isShut ? state.reason : never };
  }
  const left = state.open ? Math.floor((state.closesAtMs - nowMs) / MINUTE_MS) : 0;
  const reason = state.open ? `the ring's window shuts in ${left} min, and about ${need} min are needed` : state.reason;
  return { admitted: false, askAtMs: fitting.fromMs, reason };
}

/** The first opening from now on that is long enough. Windows are costly to reckon with: no more are looked at than needed. */
function firstFitting(window: MaintenanceWindow, nowMs: number, needMs: number): Opening | undefined {
  let atMs = nowMs;
  for (let looked = 0; looked < LOOKED_AT; ) {
    const state = windowStateAt(window, atMs);
    if (!state.open) {
      if (state.opensAtMs === null) return undefined;
      atMs = state.opensAtMs;
      continue;
    }
    if (state.closesAtMs - atMs >= needMs) return { fromMs: atMs, toMs: state.closesAtMs };
    looked += 1;
    atMs = state.closesAtMs;
  }
  return undefined;
}
