const MINUTE_MS = 60_000;

/** How long nothing may move before that is told, where fleet.yaml does not say. */
export const DEFAULT_STALL_MINUTES = 10;

/** How something moves that ought to: kept from look to look. */
export interface Movement {
  /** What the progress was at the last look; any other value is progress. */
  readonly mark: string;
  /** When it last moved, in milliseconds since the epoch. */
  readonly movedMs: number;
  /** Whether the present standstill was told. */
  readonly isTold: boolean;
}

/** Something that begins to move now. */
export function beginMovement(nowMs: number): Movement {
  return { mark: "", movedMs: nowMs, isTold: false };
}

/**
 * Takes a look into account. `stalled` is true for as long as nothing moves for longer than `stallMinutes`; `tellNow` only at the
 * first look of each standstill.
 *
 * @param excused whether everything stands still on purpose: that time does not count
 */
export function look(
  before: Movement,
  now: { readonly mark: string; readonly nowMs: number; readonly excused: boolean },
  stallMinutes = DEFAULT_STALL_MINUTES,
): { readonly movement: Movement; readonly stalled: boolean; readonly tellNow: boolean } {
  if (now.mark !== before.mark || now.excused) {
    return { movement: { mark: now.mark, movedMs: now.nowMs, isTold: false }, stalled: false, tellNow: false };
  }
  const stalled = now.nowMs - before.movedMs >= stallMinutes * MINUTE_MS;
  return { movement: { ...before, isTold: before.isTold || stalled }, stalled, tellNow: stalled && !before.isTold };
}
