import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock, ClockTimer } from "./clock.ts";

/** A clock that stands still while anything runs and jumps to the next due moment when nothing does. */
export interface VirtualClock extends Clock {
  /**
   * As `at`, but the moment comes even while something is held: whoever holds is waiting for it (an answer that takes its
   * time, say), which no clock can see. What is due before then comes first.
   */
  insist(dueMs: number, callback: () => void): ClockTimer;
  /** Resolves when nothing is held and no timer is pending: there is nothing left to happen. */
  idle(): Promise<void>;
  /** Timers that wait, for diagnosis. */
  readonly pendingTimers: number;
  /** Holds that keep time from moving, for diagnosis. */
  readonly holds: number;
  /** Stops jumping; pending timers never fire. */
  stop(): void;
}

interface Entry extends ClockTimer {
  readonly dueMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Turns that what is running gets before time jumps all the same, because somebody insists. */
const INSISTED_TURNS = 25;
/** Turns of the event loop that must pass without a hold before time jumps: what was just resolved gets to run first. */
const QUIET_TURNS = 3;

/**
 * Makes a virtual clock that starts at `startMs`. Callbacks due at one moment fire in the order they were asked for,
 * so that a run is repeatable. Time moves only between turns of the event loop, never inside one.
 */
export function createVirtualClock(startMs: number): VirtualClock {
  const schedule = setImmediate;
  let currentMs = startMs;
  let order = 0;
  let holds = 0;
  let quietTurns = 0;
  let checking = false;
  let stopped = false;
  const entries: Entry[] = [];
  const insisted = new Set<ClockTimer>();
  let idleWaiters: Array<() => void> = [];

  function before(left: Entry, right: Entry): boolean {
    return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
  }

  function insert(entry: Entry): void {
    let low = 0;
    let high = entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = entries[middle];
      if (other && before(other, entry)) low = middle + 1;
      else high = middle;
    }
    entries.splice(low, 0, entry);
  }

  function wake(): void {
    quietTurns = 0;
    if (checking || stopped) return;
    checking = true;
    schedule(check);
  }

  function check(): void {
    if (stopped || (holds > 0 && insisted.size === 0)) {
      checking = false;
      return;
    }
    quietTurns += 1;
    if (quietTurns < (holds > 0 ? INSISTED_TURNS : QUIET_TURNS)) {
      schedule(check);
      return;
    }
    quietTurns = 0;
    const next = entries.shift();
    if (!next) {
      checking = false;
      const waiters = idleWaiters;
      idleWaiters = [];
      for (const waiter of waiters) waiter();
      return;
    }
    currentMs = Math.max(currentMs, next.dueMs);
    next.callback();
    schedule(check);
  }

  return {
    nowMs: () => currentMs,
    at(dueMs, callback) {
      const entry: Entry = {
        dueMs,
        order: order++,
        // As with a real timer: the callback runs in the context of who asked for it.
        callback: AsyncLocalStorage.bind(callback),
        cancel() {
          const index = entries.indexOf(entry);
          if (index >= 0) entries.splice(index, 1);
          wake();
        },
      };
      insert(entry);
      wake();
      return entry;
    },
    insist(dueMs, callback) {
      const timer = this.at(dueMs, () => {
        insisted.delete(entry);
        callback();
      });
      const entry: ClockTimer = {
        cancel() {
          insisted.delete(entry);
          timer.cancel();
        },
      };
      insisted.add(entry);
      wake();
      return entry;
    },
    hold() {
      holds += 1;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        holds -= 1;
        wake();
      };
    },
    idle() {
      return new Promise((resolve) => {
        idleWaiters.push(resolve);
        wake();
      });
    },
    get pendingTimers() {
      return entries.length;
    },
    get holds() {
      return holds;
    },
    stop() {
      stopped = true;
    },
    speed: Number.POSITIVE_INFINITY,
  };
}
