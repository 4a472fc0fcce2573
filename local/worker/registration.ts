import type { Binding, FunctionRetryOptions, RegisteredFunction } from "./contract.ts";
import { Disposable } from "./core-module.ts";
import { AppLoadError } from "./entry-points.ts";

/** What the programming model hands over for a function (RpcFunctionMetadata). */
export interface FunctionMetadata {
  readonly name?: string;
  readonly functionId?: string;
  readonly bindings?: Readonly<Record<string, Binding>>;
  readonly retryOptions?: {
    readonly maxRetryCount?: number;
    readonly retryStrategy?: string | number;
    readonly delayInterval?: Duration;
    readonly minimumInterval?: Duration;
    readonly maximumInterval?: Duration;
  };
}

interface Duration {
  readonly seconds?: number;
  readonly nanos?: number;
}

/** Names that Azure's host accepts (Azure/azure-functions-host, Utility.FunctionNameValidationRegex). */
const FUNCTION_NAME = /^(?!host$)[a-z][a-z0-9_-]{0,127}$/i;

/** A function with the code to run. */
export interface LoadedFunction extends RegisteredFunction {
  readonly callback: (...args: unknown[]) => unknown;
}

/** Collects the functions of an app while it loads. */
export class Registrations {
  readonly functions = new Map<string, LoadedFunction>();
  #locked = false;

  /** Takes no more functions; what comes later is an error, as in the worker. */
  lock(): void {
    this.#locked = true;
  }

  /** Registers a function. Throws for a name that is taken or not allowed, a missing handler, a function without trigger, and after start-up. */
  register(metadata: FunctionMetadata, callback: (...args: unknown[]) => unknown): Disposable {
    if (this.#locked) throw new Error("A function can only be registered during app startup.");
    const name = metadata.name ?? "";
    if (!FUNCTION_NAME.test(name)) {
      const rule = "a letter first, then at most 127 letters, digits, hyphens and underscores";
      throw new AppLoadError(`"${name}" is no name of a function; it takes ${rule}.`);
    }
    if (typeof callback !== "function") throw new AppLoadError(`Function "${name}" has no handler.`);
    const id = (metadata.functionId ?? name).toLowerCase();
    if (this.functions.has(id)) throw new AppLoadError(`A function with id "${name}" has already been registered.`);
    const bindings = metadata.bindings ?? {};
    const trigger = Object.values(bindings).find((binding) => /trigger$/i.test(binding.type));
    if (!trigger) throw new AppLoadError(`Function "${name}" has no trigger binding.`);
    const retryOptions = readRetryOptions(metadata.retryOptions);
    this.functions.set(id, { name, bindings, trigger, callback, ...(retryOptions ? { retryOptions } : {}) });
    return new Disposable(() => {
      if (this.#locked) throw new Error("A function can only be disposed during app startup.");
      this.functions.delete(id);
    });
  }
}

function milliseconds(duration: Duration | undefined): number | undefined {
  if (!duration) return undefined;
  return Number(duration.seconds ?? 0) * 1000 + Number(duration.nanos ?? 0) / 1e6;
}

function readRetryOptions(options: FunctionMetadata["retryOptions"]): FunctionRetryOptions | undefined {
  if (!options) return undefined;
  const delayIntervalMs = milliseconds(options.delayInterval);
  const minimumIntervalMs = milliseconds(options.minimumInterval);
  const maximumIntervalMs = milliseconds(options.maximumInterval);
  const isExponential = options.retryStrategy === "exponentialBackoff" || options.retryStrategy === 0;
  return {
    maxRetryCount: options.maxRetryCount ?? 0,
    retryStrategy: isExponential ? "exponentialBackoff" : "fixedDelay",
    ...(delayIntervalMs === undefined ? {} : { delayIntervalMs }),
    ...(minimumIntervalMs === undefined ? {} : { minimumIntervalMs }),
    ...(maximumIntervalMs === undefined ? {} : { maximumIntervalMs }),
  };
}
