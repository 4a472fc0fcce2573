import type { SimulatorClock } from "../../simulator/clock.ts";

/** A clock that a test moves: everything due on the way happens, in its order. */
export class ManualClock implements SimulatorClock {
  readonly speed = 1;
  #nowMs: number;
  #order = 0;
  #timers: Array<{ dueMs: number; order: number; callback: () => void }> = [];

  constructor(startMs: number = Date.parse("2026-11-20T08:00:00Z")) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  at(dueMs: number, callback: () => void): { cancel(): void } {
    const timer = { dueMs, order: this.#order++, callback };
    this.#timers.push(timer);
    const cancel = () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
    return { cancel };
  }

  /** How many callbacks wait. */
  get pending(): number {
    return this.#timers.length;
  }

  hold(): () => void {
    return () => {};
  }

  /** Lets `seconds` pass. */
  advance(seconds: number): void {
    const untilMs = this.#nowMs + seconds * 1_000;
    for (;;) {
      const [next] = this.#timers
        .filter(({ dueMs }) => dueMs <= untilMs)
        .sort((left, right) => left.dueMs - right.dueMs || left.order - right.order);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Lets time pass in steps until `condition` holds; fails loudly when it does not within `limitSeconds`. */
  advanceUntil(condition: () => boolean, limitSeconds: number, stepSeconds = 1): void {
    for (let passed = 0; !condition(); passed += stepSeconds) {
      if (passed > limitSeconds) throw new Error(`did not come about within ${limitSeconds} s: ${condition}`);
      this.advance(stepSeconds);
    }
  }
}
