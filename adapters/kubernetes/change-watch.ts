import type { KubeConfig } from "@kubernetes/client-node";

/** Tells that something changed; what, the caller reads for itself from a consistent list. */
export interface ChangeWatch {
  /** Resolves at the next change since it was last asked, or after a time at the latest. */
  next(timeoutMs: number): Promise<"changed" | "quiet">;
  close(): void;
}

/**
 * Watches the pods of a node and all budgets. It only ever wakes: a watch that breaks, lags or was closed by the server
 * costs time and never correctness, because the caller lists anew after every wake and when it was quiet.
 */
export async function openChangeWatch(config: KubeConfig, node: string): Promise<ChangeWatch> {
  const { Watch } = await import("./client-library.ts");
  const watch = new Watch(config);
  let changed = false;
  let wake: (() => void) | undefined;
  const onChange = () => {
    changed = true;
    wake?.();
  };
  const ignoreEnd = () => undefined;
  const controllers = await Promise.all([
    watch.watch("/api/v1/pods", { fieldSelector: `spec.nodeName=${node}` }, onChange, ignoreEnd),
    watch.watch("/apis/policy/v1/poddisruptionbudgets", {}, onChange, ignoreEnd),
  ]);
  return {
    async next(timeoutMs) {
      if (!changed) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, timeoutMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
        wake = undefined;
      }
      const answer = changed ? "changed" : "quiet";
      changed = false;
      return answer;
    },
    close() {
      for (const controller of controllers) controller.abort();
    },
  };
}
