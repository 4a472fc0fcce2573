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
/** Openings that are looked at before it is said that none is long enough; a week rarely has more. */
const LOOKED_AT = 20;

interface Opening {
  readonly fromMs: number;
  readonly toMs: number;
  readonly isOpen: boolean;
  /** Its whole length, also of one that is open already. */
  readonly lengthMs: number;
}

/**
 * Decides whether work may be begun: only in an open window, and only when it can be ended before the window shuts. Work that
 * is longer than every opening is begun when its first piece fits: it is held at the window's end and goes on in the next
 * one. When not even that ever fits, there is nothing to wait for (`askAtMs` null). Without a window work may always be begun.
 */
export function admitWork(window: MaintenanceWindow | null, nowMs: number, work: WorkEstimate): Admission {
  if (window === null) return { admitted: true };
  const state = windowStateAt(window, nowMs);
  const openings = openingsFrom(window, nowMs);
  const needMs = openings.some(({ lengthMs }) => lengthMs >= work.totalMs) ? work.totalMs : work.pieceMs;
  const fitting = openings.find(({ fromMs, toMs }) => toMs - fromMs >= needMs);
  if (fitting?.isOpen) return { admitted: true };
  const need = Math.ceil(needMs / MINUTE_MS);
  if (fitting === undefined) {
    const reason = `no opening of the ring's window is long enough: about ${need} min are needed`;
    return { admitted: false, askAtMs: null, reason: openings.length === 0 && !state.open ? state.reason : reason };
  }
  const [current] = openings;
  const left = current ? Math.floor((current.toMs - current.fromMs) / MINUTE_MS) : 0;
  const reason = state.open ? `the ring's window shuts in ${left} min, and about ${need} min are needed` : state.reason;
  return { admitted: false, askAtMs: fitting.fromMs, reason };
}

/** What is left of the opening now, and the next ones. */
function openingsFrom(window: MaintenanceWindow, nowMs: number): Opening[] {
  const openings: Opening[] = [];
  let atMs = nowMs;
  while (openings.length < LOOKED_AT) {
    const state = windowStateAt(window, atMs);
    if (state.open) {
      const { openedAtMs, closesAtMs } = state;
      const isOpen = atMs === nowMs;
      openings.push({ fromMs: atMs, toMs: closesAtMs, isOpen, lengthMs: closesAtMs - openedAtMs });
      atMs = closesAtMs;
    } else if (state.opensAtMs === null) break;
    else atMs = state.opensAtMs;
  }
  return openings;
}
