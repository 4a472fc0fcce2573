import type { Clock } from "../clock/clock.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker, FunctionRetryOptions, Invocation, InvocationResult } from "./contract.ts";

/** Wait before retry number `retryCount` (from 1), in milliseconds. */
export function functionRetryDelayMs(options: FunctionRetryOptions, retryCount: number): number {
  if (options.retryStrategy === "fixedDelay") return options.delayIntervalMs ?? 0;
  const minimum = options.minimumIntervalMs ?? 0;
  return Math.min(minimum * 2 ** (retryCount - 1), options.maximumIntervalMs ?? Number.POSITIVE_INFINITY);
}

/**
 * Calls a function and, when it fails, calls it again as its retry policy says (timer and Event Grid triggers have one).
 * A count of -1 retries for ever. Rejects with the last error.
 */
export async function invokeWithRetry(
  worker: AppWorker,
  clock: Clock,
  log: HostLog,
  invocation: Invocation,
): Promise<InvocationResult> {
  const options = worker.functions.get(invocation.functionName.toLowerCase())?.retryOptions;
  if (!options) return worker.invoke(invocation);
  for (let retryCount = 0; ; retryCount += 1) {
    try {
      const retryContext = { retryCount, maxRetryCount: options.maxRetryCount };
      return await worker.invoke(retryCount === 0 ? invocation : { ...invocation, retryContext });
    } catch (error) {
      if (options.maxRetryCount >= 0 && retryCount >= options.maxRetryCount) throw error;
      const delayMs = functionRetryDelayMs(options, retryCount + 1);
      const { message } = error as Error;
      log.warn(
        { function: invocation.functionName, retry: retryCount + 1, delayMs, error: message },
        "function failed; it runs again",
      );
      await new Promise<void>((resolve) => clock.at(clock.nowMs() + delayMs, resolve));
    }
  }
}
