import * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { type JanitorPass, janitorPassSchema } from "../../domain/restore/janitor-pass.ts";
import { JANITOR_LOG, JANITOR_LOG_KEY } from "../../orchestrations/janitor.ts";
import { json, operatorRoute } from "./operator-route.ts";

const querySchema = z.strictObject({ limit: z.coerce.number().int().min(1).max(168).default(24) });

/** `GET api/v1/janitor`: what the janitor found in its last passes, and what became of it. */
export function registerJanitorPasses(): void {
  operatorRoute({
    name: "getJanitor",
    method: "GET",
    route: "janitor",
    summary: "What the janitor found that dead runs left behind, and what became of it, the newest pass first.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: { 200: { description: "Passes.", schema: z.object({ passes: z.array(janitorPassSchema) }) } },
    handle: async ({ query: { limit }, client }) => {
      const entity = new df.EntityId(JANITOR_LOG, JANITOR_LOG_KEY);
      const passes = (await client.readEntityState<JanitorPass[]>(entity)).entityState ?? [];
      return json(200, { passes: passes.slice(0, limit) });
    },
  });
}
