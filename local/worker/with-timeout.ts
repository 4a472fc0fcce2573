import type { Clock } from "../clock/clock.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker } from "./contract.ts";

/** A function ran longer than host.json's functionTimeout allows. */
export class FunctionTimeoutError extends Error {
  override readonly name = "FunctionTimeoutError";
}

/**
 * Holds the functions of an app to host.json's functionTimeout, on the host's clock. A function that is late counts as
 * failed; its code cannot be stopped, as in the real host, which ends the whole worker.
 */
export function withTimeout(worker: AppWorker, clock: Clock, log: HostLog, timeoutMs: number | undefined): AppWorker {
  if (timeoutMs === undefined) return worker;
  return {
    functions: worker.functions,
    httpStreamUrl: worker.httpStreamUrl,
    stop: () => worker.stop(),
    invoke(invocation) {
      const late = Promise.withResolvers<never>();
      const timer = clock.at(clock.nowMs() + timeoutMs, () => {
        const seconds = Math.round(timeoutMs / 1000);
        log.error({ function: invocation.functionName, timeoutSeconds: seconds }, "function timed out");
        late.reject(
          new FunctionTimeoutError(`Timeout value of ${seconds} s exceeded by function '${invocation.functionName}'.`),
        );
      });
      return Promise.race([worker.invoke(invocation), late.promise]).finally(() => timer.cancel());
    },
  };
}
