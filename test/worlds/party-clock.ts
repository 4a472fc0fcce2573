import type { Clock } from "../../local/clock/clock.ts";

/** A clock for one program, on another's time; when the program is killed, nothing of it keeps time still or is called again. */
export interface PartyClock extends Clock {
  die(): void;
}

/**
 * Makes one.
 * @param onStep called whenever the program begins or ends work, or sets a timer
 */
export function createPartyClock(clock: Clock, onStep: () => void): PartyClock {
  const timers = new Set<{ cancel(): void }>();
  const holds = new Set<() => void>();
  let dead = false;
  return {
    speed: clock.speed,
    nowMs: () => clock.nowMs(),
    at(dueMs, callback) {
      if (dead) return { cancel: () => {} };
      onStep();
      const timer = clock.at(dueMs, () => {
        timers.delete(timer);
        if (!dead) callback();
      });
      timers.add(timer);
      return {
        cancel() {
          timers.delete(timer);
          timer.cancel();
        },
      };
    },
    hold() {
      if (dead) return () => {};
      onStep();
      const release = clock.hold();
      holds.add(release);
      return () => {
        if (!dead) onStep();
        holds.delete(release);
        release();
      };
    },
    die() {
      dead = true;
      for (const timer of timers) timer.cancel();
      for (const release of holds) release();
      timers.clear();
      holds.clear();
    },
  };
}
