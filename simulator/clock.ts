/** The simulator's only notion of time. Everything in the model takes its instants and waits from it. */
export interface SimulatorClock {
  /** Milliseconds since the Unix epoch, on this clock. Never goes back. */
  nowMs(): number;
  /** Calls `callback` once, when this clock reaches `dueMs` (at the earliest; at once when that has passed). */
  at(dueMs: number, callback: () => void): { cancel(): void };
  /** As `at`, on a clock that stands still while something runs: comes although that which runs waits for it. */
  insist?(dueMs: number, callback: () => void): { cancel(): void };
  /** Says that something is running, so that a clock that jumps must not. Returns the release. */
  hold(): () => void;
  /** How many milliseconds of this clock pass in one real millisecond. */
  readonly speed: number;
}

/** A clock's fixed point: the moment `realMs` of the machine is the moment `virtualMs` of this clock. */
export interface ClockOrigin {
  readonly realMs: number;
  readonly virtualMs: number;
}

/** Node's timers overflow beyond this many milliseconds; longer waits are taken in legs. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** A clock that runs at `speed` times real time from `origin` on. Pending callbacks do not keep the process alive. */
export function createScaledClock(speed: number, origin: ClockOrigin): SimulatorClock {
  let lastMs = Number.NEGATIVE_INFINITY;

  function nowMs(): number {
    lastMs = Math.max(lastMs, origin.virtualMs + (Date.now() - origin.realMs) * speed);
    return lastMs;
  }

  function at(dueMs: number, callback: () => void): { cancel(): void } {
    let timer: NodeJS.Timeout | undefined;
    const arm = () => {
      const waitMs = Math.max(0, Math.ceil((dueMs - nowMs()) / speed));
      timer = setTimeout(check, Math.min(waitMs, MAX_TIMEOUT_MS));
      timer.unref();
    };
    // A timer may fire a little early, and a long wait is taken in legs: look again before calling.
    const check = () => (nowMs() >= dueMs ? callback() : arm());
    arm();
    return { cancel: () => clearTimeout(timer) };
  }

  return { nowMs, at, hold: () => () => {}, speed };
}
