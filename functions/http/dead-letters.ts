import * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { DEAD_LETTERS, type DeadLetterList } from "../../orchestrations/dead-letters.ts";
import { json, operatorRoute } from "./operator-route.ts";

/** Months that are shown. */
const MONTHS = 3;

const deadLettersSchema = z.object({
  deadLetters: z.array(
    z.object({
      at: z.string(),
      code: z.string(),
      reason: z.string(),
      eventId: z.string(),
      eventType: z.string(),
      source: z.string(),
    }),
  ),
  dropped: z.int(),
});

/** `GET api/v1/dead-letters`: events of the last three months that could not be handled, newest first. */
export function registerDeadLetters(): void {
  operatorRoute({
    name: "getDeadLetters",
    method: "GET",
    route: "dead-letters",
    summary: "Events of the last three months that could not be handled, newest first, and why.",
    role: roleSchema.enum.viewer,
    answers: { 200: { description: "Dead letters; dropped counts those beyond.", schema: deadLettersSchema } },
    handle: async ({ client }) => {
      const lists = await Promise.all(
        lastMonths(new Date(), MONTHS).map((month) =>
          client.readEntityState<DeadLetterList>(new df.EntityId(DEAD_LETTERS, month)),
        ),
      );
      const known = lists.flatMap(({ entityState }) => entityState ?? []);
      const dropped = known.reduce((sum, list) => sum + list.dropped, 0);
      return json(200, { deadLetters: known.flatMap(({ letters }) => letters), dropped });
    },
  });
}

/** The last months in UTC, as `2026-11`, newest first. */
export function lastMonths(now: Date, count: number): string[] {
  return Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  );
}
