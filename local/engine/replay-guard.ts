import { AsyncLocalStorage } from "node:async_hooks";

/**
 * While an orchestrator function runs, what gives another answer on replay throws, with the function's name and what to
 * use in its place: the clock, random values, timers, the network, the environment. (Habit of Temporal's TypeScript SDK,
 * `packages/workflow/src/global-overrides.ts`.) durable-functions runs the generator in the synchronous part of the
 * handler, so the guard is a flag around that part and costs nothing elsewhere.
 */
let guarded: string | undefined;
let installed = false;
const pending = new AsyncLocalStorage<{ name: string | undefined }>();

const REPLACEMENTS = {
  date: "Use context.df.currentUtcDateTime.",
  random: "Use context.df.newGuid(), or an activity.",
  timer: "Use context.df.createTimer().",
  network: "Call an activity, or context.df.callHttp().",
  environment: "Read settings in the function that starts the orchestration and pass them as input.",
} as const;

/** An orchestrator did something that a replay cannot repeat. */
export class NonDeterministicCallError extends Error {
  override readonly name = "NonDeterministicCallError";
}

function refuse(call: string, replacement: string): void {
  if (guarded === undefined) return;
  const name = guarded;
  // The error's own construction must not trip over the guard.
  guarded = undefined;
  try {
    throw new NonDeterministicCallError(
      `Orchestrator function '${name}' called ${call}, which gives another answer on replay. ${replacement}`,
    );
  } finally {
    guarded = name;
  }
}

function guardFunction(target: object, property: string, call: string, replacement: string): void {
  const original: unknown = Reflect.get(target, property);
  if (typeof original !== "function") return;
  const guardedFunction = function (this: unknown, ...args: unknown[]): unknown {
    refuse(call, replacement);
    return Reflect.apply(original, this, args);
  };
  Object.defineProperties(guardedFunction, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, property, { value: guardedFunction, writable: true, configurable: true });
}

function install(): void {
  if (installed) return;
  installed = true;
  const OriginalDate = globalThis.Date;
  globalThis.Date = new Proxy(OriginalDate, {
    construct(target, args, newTarget) {
      if (args.length === 0) refuse("new Date()", REPLACEMENTS.date);
      return Reflect.construct(target, args, newTarget === globalThis.Date ? target : newTarget);
    },
    apply(target) {
      refuse("Date()", REPLACEMENTS.date);
      return Reflect.apply(target, undefined, []);
    },
    get(target, property) {
      if (property === "now" && guarded !== undefined) return () => refuse("Date.now()", REPLACEMENTS.date);
      return Reflect.get(target, property);
    },
  });
  guardFunction(Math, "random", "Math.random()", REPLACEMENTS.random);
  guardFunction(globalThis.crypto, "randomUUID", "crypto.randomUUID()", REPLACEMENTS.random);
  guardFunction(globalThis.crypto, "getRandomValues", "crypto.getRandomValues()", REPLACEMENTS.random);
  guardFunction(performance, "now", "performance.now()", REPLACEMENTS.date);
  guardFunction(globalThis, "fetch", "fetch()", REPLACEMENTS.network);
  for (const timer of ["setTimeout", "setInterval", "setImmediate"]) {
    guardFunction(globalThis, timer, `${timer}()`, REPLACEMENTS.timer);
  }
  const environment = process.env;
  Object.defineProperty(process, "env", {
    configurable: true,
    enumerable: true,
    get() {
      refuse("process.env", REPLACEMENTS.environment);
      return environment;
    },
  });
}

/** Marks a call: its handler, when `enterHandler` is reached, runs under the guard with this name. */
export function guardReplay<T>(functionName: string, call: () => Promise<T>): Promise<T> {
  install();
  return pending.run({ name: functionName }, call);
}

/** Runs the synchronous part of a handler; under the guard when the call was marked, else just so. */
export function enterHandler<T>(handler: () => T): T {
  const mark = pending.getStore();
  if (mark?.name === undefined) return handler();
  guarded = mark.name;
  // Only the first synchronous part is the orchestrator; what runs later in this context is not.
  mark.name = undefined;
  try {
    return handler();
  } finally {
    guarded = undefined;
  }
}

/** Runs host code (logging) that an orchestrator reached, free of the guard. */
export function outsideGuard<T>(work: () => T): T {
  const name = guarded;
  guarded = undefined;
  try {
    return work();
  } finally {
    guarded = name;
  }
}
