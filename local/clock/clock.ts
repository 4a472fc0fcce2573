/**
 * The host's only notion of time. Everything below `local/` that needs an instant or a wait takes a Clock.
 * Three kinds exist: real, scaled (a fixed multiple of real time) and virtual (jumps to the next due moment when idle).
 */
export interface Clock {
  /** Milliseconds since the Unix epoch, on this clock. Never goes back. */
  nowMs(): number;
  /** Calls `callback` once, when this clock reaches `dueMs` (at the earliest; at once when that has passed). */
  at(dueMs: number, callback: () => void): ClockTimer;
  /**
   * Says that something is running, so that a virtual clock must not jump. Returns the release; releasing twice is harmless.
   * Real and scaled clocks ignore it.
   */
  hold(): () => void;
  /** How many milliseconds of this clock pass in one real millisecond; infinite for a virtual clock. */
  readonly speed: number;
}

/** A pending callback of a clock. */
export interface ClockTimer {
  cancel(): void;
}
