import { AsyncLocalStorage } from "node:async_hooks";
import { promisify } from "node:util";
import type { Clock, ClockTimer } from "./clock.ts";

/**
 * Shows the app the host's time. Code that runs inside `runInApp` (and whatever it starts: promises, timers, sockets)
 * sees `Date`, `performance.now`, `setTimeout`, `setInterval` and `AbortSignal.timeout` on the host's clock; everything
 * else in the process goes on in real time. The app needs no clock setting, and a day of soak passes in a moment.
 */
export interface AppTime {
  /** Runs `fn` on the clock's time. While it runs and waits for no timer of its own, a virtual clock does not jump. */
  runInApp<T>(fn: () => T): T;
}

interface Scope {
  readonly clock: Clock;
  /** When the host was started, on its clock: what `performance.now` counts from. */
  readonly originMs: number;
  pendingTimers: number;
  running: boolean;
  release: (() => void) | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  performanceNow: performance.now.bind(performance),
  abortSignalTimeout: AbortSignal.timeout.bind(AbortSignal),
};
let installed = false;

/** A running invocation keeps a virtual clock still, unless it is itself waiting for time to pass. */
function updateHold(scope: Scope): void {
  const shouldHold = scope.running && scope.pendingTimers === 0;
  if (shouldHold && !scope.release) scope.release = scope.clock.hold();
  if (!shouldHold && scope.release) {
    const release = scope.release;
    scope.release = undefined;
    release();
  }
}

/** What `setTimeout` and `setInterval` return inside the app; takes the place of Node's Timeout. */
class AppTimer {
  #scope: Scope;
  #callback: () => void;
  #delayMs: number;
  #repeat: boolean;
  #isWaitedFor: boolean;
  #timer: ClockTimer | undefined;

  /** @param isWaitedFor whether somebody waits for it; a guard against a wait that is too long is not (as with `unref`) */
  constructor(scope: Scope, callback: () => void, delayMs: number, repeat: boolean, isWaitedFor = true) {
    this.#isWaitedFor = isWaitedFor;
    this.#scope = scope;
    this.#callback = callback;
    this.#delayMs = delayMs;
    this.#repeat = repeat;
    this.#arm();
  }

  #count(change: 1 | -1): void {
    if (this.#isWaitedFor) this.#scope.pendingTimers += change;
    updateHold(this.#scope);
  }

  #arm(): void {
    this.#count(1);
    const fire = () => {
      this.#timer = undefined;
      this.#count(-1);
      if (this.#repeat) this.#arm();
      this.#callback();
    };
    this.#timer = this.#scope.clock.at(this.#scope.clock.nowMs() + this.#delayMs, AsyncLocalStorage.bind(fire));
  }

  close(): this {
    if (this.#timer) {
      this.#timer.cancel();
      this.#timer = undefined;
      this.#count(-1);
    }
    return this;
  }

  refresh(): this {
    this.close();
    this.#arm();
    return this;
  }

  ref(): this {
    return this.#setWaitedFor(true);
  }

  unref(): this {
    return this.#setWaitedFor(false);
  }

  hasRef(): boolean {
    return this.#isWaitedFor;
  }

  #setWaitedFor(isWaitedFor: boolean): this {
    if (this.#timer) this.#count(-1);
    this.#isWaitedFor = isWaitedFor;
    if (this.#timer) this.#count(1);
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

type TimerCallback = (...args: unknown[]) => void;

function startTimer(
  repeat: boolean,
  fallback: (callback: TimerCallback, delayMs?: number, ...args: unknown[]) => unknown,
) {
  return (callback: TimerCallback, delayMs?: number, ...args: unknown[]): unknown => {
    const scope = scopes.getStore();
    if (!scope) return fallback(callback, delayMs, ...args);
    const delay = Number(delayMs);
    return new AppTimer(scope, () => callback(...args), Number.isFinite(delay) ? Math.max(delay, 1) : 1, repeat);
  };
}

function stopTimer(fallback: (timer: never) => void) {
  return (timer: unknown): void => {
    if (timer instanceof AppTimer) timer.close();
    else fallback(timer as never);
  };
}

function nowMs(): number {
  const scope = scopes.getStore();
  return scope ? Math.floor(scope.clock.nowMs()) : real.Date.now();
}

/** Puts the scope-aware versions in place of the globals, once a process. Outside of a scope they do what they did. */
function install(): void {
  if (installed) return;
  installed = true;
  globalThis.Date = new Proxy(real.Date, {
    construct: (target, args, newTarget) =>
      Reflect.construct(
        target,
        args.length === 0 ? [nowMs()] : args,
        newTarget === globalThis.Date ? target : newTarget,
      ),
    apply: () => new real.Date(nowMs()).toString(),
    get: (target, property) => (property === "now" ? nowMs : Reflect.get(target, property)),
  });
  const appSetTimeout = startTimer(false, real.setTimeout as never);
  // What `util.promisify(setTimeout)` looks for.
  Object.assign(appSetTimeout, {
    [promisify.custom]: (delayMs?: number, value?: unknown) =>
      new Promise((resolve) => appSetTimeout(() => resolve(value), delayMs)),
  });
  Object.assign(globalThis, {
    setTimeout: appSetTimeout,
    setInterval: startTimer(true, real.setInterval as never),
    clearTimeout: stopTimer(real.clearTimeout),
    clearInterval: stopTimer(real.clearInterval),
  });
  performance.now = () => {
    const scope = scopes.getStore();
    return scope ? scope.clock.nowMs() - scope.originMs : real.performanceNow();
  };
  AbortSignal.timeout = (delayMs) => {
    const scope = scopes.getStore();
    if (!scope) return real.abortSignalTimeout(delayMs);
    const controller = new AbortController();
    new AppTimer(
      scope,
      () => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
      delayMs,
      false,
      false,
    );
    return controller.signal;
  };
}

/** Makes the app's time from a clock. At real speed nothing is replaced. */
export function createAppTime(clock: Clock): AppTime {
  if (clock.speed === 1 && Math.abs(clock.nowMs() - real.Date.now()) < 1_000) return { runInApp: (fn) => fn() };
  install();
  const originMs = clock.nowMs();
  return {
    runInApp<T>(fn: () => T): T {
      const scope: Scope = { clock, originMs, pendingTimers: 0, running: true, release: undefined };
      updateHold(scope);
      const finish = () => {
        scope.running = false;
        updateHold(scope);
      };
      try {
        const result = scopes.run(scope, fn);
        if (result instanceof Promise) {
          result.then(finish, finish);
          return result;
        }
        finish();
        return result;
      } catch (error) {
        finish();
        throw error;
      }
    },
  };
}
