import { z } from "zod";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import type { GridEvent } from "./grid-event.ts";
import { namedSubscriptionSchema } from "./subscription.ts";

const pattern = z.string().refine(isPattern, "must be a regular expression");

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const eventFaultSchema = z
  .strictObject({
    match: z.strictObject({ type: pattern.optional(), subject: pattern.optional() }).default({}),
    /** The first matching event that is hit; 1 is the very first. */
    nth: z.number().int().positive().default(1),
    /** How many matching events in a row are hit; all from `nth` on when left out. */
    count: z.number().int().positive().optional(),
    /** The chance with which each of those is hit; the seed decides. */
    share: z.number().min(0).max(1).default(1),
    /** Is never delivered. */
    lost: z.literal(true).optional(),
    /** Is delivered twice. */
    doubled: z.literal(true).optional(),
    /** Is first delivered so much later, in seconds. */
    delaySeconds: z.number().positive().optional(),
    /** Is delivered at some moment within so many seconds, so that events overtake one another. */
    reorderedWithinSeconds: z.number().positive().optional(),
  })
  .refine(
    (rule) =>
      [rule.lost, rule.doubled, rule.delaySeconds, rule.reorderedWithinSeconds].filter((one) => one !== undefined)
        .length === 1,
    { message: "must have exactly one of lost, doubled, delaySeconds and reorderedWithinSeconds" },
  );

/** The part of a scenario that is about Event Grid. */
export const eventsSectionSchema = z.strictObject({
  subscriptions: z.array(namedSubscriptionSchema).default([]),
  faults: z.array(eventFaultSchema).default([]),
});

export type EventsSection = z.infer<typeof eventsSectionSchema>;
export type EventFault = z.infer<typeof eventFaultSchema>;

/** Decides what goes wrong with each event. How often each rule has matched is kept, so that a restart does not begin anew. */
export class EventFaultPlan {
  readonly #rules: readonly EventFault[];
  readonly #world: World;
  readonly #matches: Collection<number>;

  constructor(rules: readonly EventFault[], world: World) {
    this.#rules = rules;
    this.#world = world;
    this.#matches = world.store.collection("eventgrid-faults", (value) => z.number().parse(value));
  }

  /** After how many seconds each copy of an event is first delivered: none when it is lost. Only inside a change. */
  delaysOf(event: GridEvent): number[] {
    let delays = [0];
    for (const [index, rule] of this.#rules.entries()) {
      if (!matches(rule, event)) continue;
      const count = (this.#matches.get(String(index)) ?? 0) + 1;
      this.#matches.put(String(index), count);
      const isDue = count >= rule.nth && count < rule.nth + (rule.count ?? Number.POSITIVE_INFINITY);
      if (isDue && this.#world.random("eventgrid-faults").next() < rule.share) delays = this.#spoil(rule, delays);
    }
    return delays;
  }

  #spoil(rule: EventFault, delays: readonly number[]): number[] {
    if (rule.lost) return [];
    if (rule.doubled) return delays.flatMap((delay) => [delay, delay]);
    const { delaySeconds, reorderedWithinSeconds = 0 } = rule;
    if (delaySeconds !== undefined) return delays.map((delay) => delay + delaySeconds);
    return delays.map((delay) => delay + this.#world.random("eventgrid-faults").next() * reorderedWithinSeconds);
  }
}

function matches({ match }: EventFault, event: GridEvent): boolean {
  const fits = (text: string | undefined, value: string) => text === undefined || new RegExp(text).test(value);
  return fits(match.type, event.type) && fits(match.subject, event.subject ?? "");
}
