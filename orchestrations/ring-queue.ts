import { EMPTY_QUEUE, queueAfter, type RingQueue } from "../domain/ring-queue.ts";
import type { EntityContext } from "./durable.ts";

/** Name of the entity from which the lanes of a ring take clusters; its key is the ring's instance id. */
export const RING_QUEUE = "ringQueue";

/** The `ringQueue` entity: `fill`, `take`, `putBack`, `stop`, `end` and `read`. */
export function ringQueue({ df }: EntityContext<RingQueue>): void {
  const state = df.getState(() => EMPTY_QUEUE) ?? EMPTY_QUEUE;
  const { queue, answer } = queueAfter(state, df.operationName ?? "", df.getInput<unknown>());
  df.setState(queue);
  df.return(answer);
}
