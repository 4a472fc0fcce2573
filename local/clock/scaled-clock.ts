import type { Clock, ClockTimer } from "./clock.ts";

/** Node's timers overflow beyond this many milliseconds; longer waits are taken in legs. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/** A clock's fixed point: the moment `realMs` of the machine is the moment `virtualMs` of this clock. */
export interface ClockOrigin {
  readonly realMs: number;
  readonly virtualMs: number;
}

/**
 * A clock that runs at `speed` times real time from `origin` on. Speed 1 with no origin is the machine's own time.
 * Pending callbacks do not keep the process alive.
 */
export function createScaledClock(options: { speed?: number; origin?: ClockOrigin } = {}): Clock {
  const speed = options.speed ?? 1;
  // Captured here: the host may replace the globals for the app (app-time.ts).
  const realNow = Date.now;
  const realSetTimeout = setTimeout;
  const realClearTimeout = clearTimeout;
  const started = realNow();
  const origin = options.origin ?? { realMs: started, virtualMs: started };
  let lastMs = Number.NEGATIVE_INFINITY;

  function nowMs(): number {
    const value = origin.virtualMs + (realNow() - origin.realMs) * speed;
    lastMs = Math.max(lastMs, value);
    return lastMs;
  }

  function at(dueMs: number, callback: () => void): ClockTimer {
    let handle: NodeJS.Timeout | undefined;
    let done = false;
    const arm = () => {
      const waitMs = (dueMs - nowMs()) / speed;
      if (waitMs <= 0) {
        handle = realSetTimeout(fire, 0);
      } else {
        handle = realSetTimeout(waitMs > MAX_TIMEOUT_MS ? arm : check, Math.min(Math.ceil(waitMs), MAX_TIMEOUT_MS));
      }
      handle.unref();
    };
    const check = () => (nowMs() >= dueMs ? fire() : arm());
    const fire = () => {
      if (done) return;
      done = true;
      callback();
    };
    arm();
    return {
      cancel() {
        done = true;
        if (handle) realClearTimeout(handle);
      },
    };
  }

  return { nowMs, at, hold: () => () => {}, speed };
}
