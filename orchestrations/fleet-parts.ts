import { type OrchestrationContext, runChild, type Step } from "./durable.ts";

/** Clusters of a part: each costs its history some four events. */
const PART = 50;

/** Input of an orchestration that does something for a part of a fleet. */
export interface PartInput<I, C> {
  readonly items: readonly I[];
  readonly common: C;
}

/** Something that is done for clusters, in order; it is registered as an orchestration under `name`. */
export interface PartWork<I, C, R> {
  readonly name: string;
  readonly body: (context: OrchestrationContext, items: readonly I[], common: C) => Step<R[]>;
}

/** The orchestration that does the work for one part. */
export function partOrchestration<I, C, R>({ body }: PartWork<I, C, R>) {
  return function* (context: OrchestrationContext): Step<R[]> {
    const { items, common } = context.df.getInput<PartInput<I, C>>();
    return yield* body(context, items, common);
  };
}

/**
 * Does something for many clusters: here while they are few, and otherwise part by part in orchestrations of their own, so that
 * no history grows with the fleet. Answers what came of each, in order.
 *
 * @param key tells this from other work of the same name in the same orchestration
 */
export function* inParts<I, C, R>(
  context: OrchestrationContext,
  work: PartWork<I, C, R>,
  items: readonly I[],
  common: C,
  key: string,
): Step<R[]> {
  if (items.length <= PART) return yield* work.body(context, items, common);
  const results: R[] = [];
  for (let from = 0; from < items.length; from += PART) {
    const input: PartInput<I, C> = { items: items.slice(from, from + PART), common };
    const id = `${context.df.instanceId}~${key}~${from / PART + 1}`;
    results.push(...(yield* runChild<R[]>(context, work.name, id, input)));
  }
  return results;
}
