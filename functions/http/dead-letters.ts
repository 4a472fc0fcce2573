import * as df from "durable-functions";
import { DEAD_LETTERS, type DeadLetterList } from "../../orchestrations/dead-letters.ts";
import { json, operatorRoute } from "./operator-route.ts";

/** Months that are shown. */
const MONTHS = 3;

/** `GET api/v1/dead-letters`: events of the last three months that could not be handled, newest first. */
export function registerDeadLetters(): void {
  operatorRoute({
    name: "getDeadLetters",
    method: "GET",
    route: "dead-letters",
    handle: async (_request, client) => {
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
