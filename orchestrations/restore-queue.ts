import type { QueuedTest } from "../domain/restore/queued-test.ts";
import type { EntityContext } from "./durable.ts";

/** Name of the entity from which the lanes of a run take tests; its key is the run's id. */
export const RESTORE_QUEUE = "restoreQueue";

/** Tests that wait for a lane, in order, and the clusters whose tests have ended. */
export interface RestoreQueue {
  readonly waiting: readonly QueuedTest[];
  readonly ended: readonly string[];
}

const EMPTY: RestoreQueue = { waiting: [], ended: [] };

/** Decides what an operation makes of a queue, and what it answers. Pure. */
export function restoreQueueAfter(
  queue: RestoreQueue,
  operation: string,
  input: unknown,
): { readonly queue: RestoreQueue; readonly answer: unknown } {
  const [first, ...rest] = queue.waiting;
  switch (operation) {
    case "fill":
      return { queue: { waiting: input as readonly QueuedTest[], ended: [] }, answer: null };
    case "take":
      return { queue: { ...queue, waiting: rest }, answer: first ?? null };
    case "end":
      return { queue: { ...queue, ended: [...queue.ended, input as string] }, answer: null };
    default:
      return { queue, answer: queue.ended };
  }
}

/** The `restoreQueue` entity: `fill`, `take`, `end` and `readEnded`. */
export function restoreQueue({ df }: EntityContext<RestoreQueue>): void {
  const { queue, answer } = restoreQueueAfter(
    df.getState(() => EMPTY) ?? EMPTY,
    df.operationName ?? "",
    df.getInput<unknown>(),
  );
  df.setState(queue);
  df.return(answer);
}
