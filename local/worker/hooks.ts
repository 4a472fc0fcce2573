import { Disposable } from "./core-module.ts";

/** Hooks that an app can register (worker's coreApi, registerHook). */
const HOOK_NAMES = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
export type HookName = (typeof HOOK_NAMES)[number];
type HookCallback = (context: object) => unknown;

/** The hooks of one app, run in the order of registration. */
export class Hooks {
  readonly #callbacks = new Map<string, Set<HookCallback>>();
  /** Shared by all hooks of the app. */
  readonly appHookData: Record<string, unknown> = {};
  /** Shared by the appStart and appTerminate hooks. */
  readonly appLevelOnlyHookData: Record<string, unknown> = {};

  /** Registers a hook; an unknown name is an error that lists the known ones. */
  register(name: string, callback: HookCallback): Disposable {
    const known = HOOK_NAMES.find((hook) => hook.toLowerCase() === name.toLowerCase());
    if (!known) throw new RangeError(`Unrecognized hook "${name}"; the hooks are ${HOOK_NAMES.join(", ")}.`);
    const callbacks = this.#callbacks.get(known) ?? new Set();
    callbacks.add(callback);
    this.#callbacks.set(known, callbacks);
    return new Disposable(() => callbacks.delete(callback));
  }

  /** Runs the hooks of a name one after the other; the first error ends it. */
  async run(name: HookName, context: object): Promise<void> {
    for (const callback of this.#callbacks.get(name) ?? []) await callback(context);
  }

  /** Runs the log hooks, which are synchronous and may change the context. */
  runLog(context: object): void {
    for (const callback of this.#callbacks.get("log") ?? []) callback(context);
  }
}
