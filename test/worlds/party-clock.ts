import type { Clock } from "../../local/clock/clock.ts";

/** A clock for one program, on another's time; when the program is killed, nothing of it keeps time still or is called again. */
export interface PartyClock extends Clock {
  die(): void;
}

/** Makes one. */
export function createPartyClock(clock: Clock): PartyClock {
  const timers = new Set<{ cancel(): void }>();
  const holds = new Set<() => void>();
  let dead = false;
  return {
    speed: clock.speed,
    nowMs: () => clock.nowMs(),
    at(dueMs, callback) {
      if (dead) return { cancel: () => {} };
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
      const release = clock.hold();
      holds.add(release);
      return () => {
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
