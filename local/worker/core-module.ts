import { Module } from "node:module";

/** A thing that can be taken back; what registrations return. */
export class Disposable {
  readonly #dispose: () => unknown;

  constructor(dispose: () => unknown) {
    this.#dispose = dispose;
  }

  /** Makes one that disposes of all that are given. */
  static from(...disposables: ReadonlyArray<{ dispose(): unknown }>): Disposable {
    return new Disposable(() => {
      for (const disposable of disposables) disposable.dispose();
    });
  }

  dispose(): unknown {
    return this.#dispose();
  }
}

const CORE_MODULE = "@azure/functions-core";
let current: object | undefined;
let installed = false;

/**
 * Answers `require("@azure/functions-core")`, the module that the Functions worker supplies and that is no package. Each app
 * has its own core object; `@azure/functions` asks for it once, at the first registration, so the one that is being loaded
 * is the right one.
 */
function install(): void {
  if (installed) return;
  installed = true;
  const original = Module.prototype.require;
  Module.prototype.require = function (this: unknown, id: string): unknown {
    if (id === CORE_MODULE && current) return current;
    return Reflect.apply(original, this, [id]);
  } as typeof original;
}

/** Runs `load` with `core` as the core module. Loads must not overlap. */
export async function withCoreModule<T>(core: object, load: () => Promise<T>): Promise<T> {
  install();
  if (current) throw new Error("Another app is being loaded in this process; wait for it.");
  current = core;
  try {
    return await load();
  } finally {
    current = undefined;
  }
}
