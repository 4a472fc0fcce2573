import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import type * as df from "durable-functions";
import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { runSummarySchema, runViewSchema } from "../../domain/api/run-view.ts";
import { runKindSchema } from "../../domain/run-kind.ts";
import { listRuns, readRun } from "../run-reader.ts";
import { etagOf, isKnown } from "./etag.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";
import { runIdIn } from "./run-id.ts";

const MOST_RUNS = 200;
const LIMIT = `a whole number from 1 to ${MOST_RUNS} is expected`;
/** Longest that a call waits for a run to change; hosts in front of the app cut what takes minutes. */
const LONGEST_WAIT_SECONDS = 60;
const LOOK_MS = 1_000;

const listQuerySchema = z.strictObject({
  limit: z.coerce
    .number(LIMIT)
    .int(LIMIT)
    .min(1, LIMIT)
    .max(MOST_RUNS, LIMIT)
    .default(50)
    .describe("How many runs, at most."),
  after: z.string().min(1).max(80).optional().describe("Id of a run: those that began before it, for the next page."),
  kind: runKindSchema.optional(),
  status: z.enum(["running", "finished"]).optional(),
  verdict: z.string().min(1).max(40).optional(),
  by: z.string().min(1).max(200).optional().describe("Who or what started it."),
});

const runQuerySchema = z.strictObject({
  wait: z.coerce
    .number()
    .int()
    .min(0)
    .max(LONGEST_WAIT_SECONDS)
    .default(0)
    .describe("With If-None-Match: so many seconds are waited for a change before the answer is 304."),
});

/** `GET api/v1/runs`, `GET api/v1/runs/{id}`: lists and shows runs. */
export function registerRuns(): void {
  operatorRoute({
    name: "getRuns",
    method: "GET",
    route: "runs",
    summary: "The newest runs, newest first.",
    role: roleSchema.enum.viewer,
    query: listQuerySchema,
    answers: {
      200: {
        description: "Runs; next is what to give as after for those before them, null when there are none.",
        schema: z.object({ runs: z.array(runSummarySchema), next: z.string().nullable() }),
      },
    },
    handle: async ({ query, client }) => json(200, await listRuns(client, query)),
  });
  operatorRoute({
    name: "getRun",
    method: "GET",
    route: "runs/{id}",
    summary: "A run as it stands, with all its parts and the gates at which it waits.",
    role: roleSchema.enum.viewer,
    query: runQuerySchema,
    headers: { "If-None-Match": "An ETag of an earlier answer: 304 when nothing has changed." },
    answers: {
      200: { description: "The run.", schema: runViewSchema },
      304: { description: "It is as it was." },
      404: { description: "There is no such run." },
    },
    handle: async ({ request, query, client }) => showRun(request, client, runIdIn(request), query.wait),
  });
}

async function showRun(
  request: HttpRequest,
  client: df.DurableClient,
  id: string,
  waitSeconds: number,
): Promise<HttpResponseInit> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const run = await readRun(client, id);
    if (!run) throw new Problem(404, "No such run", `There is no run ${id}.`);
    const etag = etagOf(run);
    // "no-cache" lets it be kept, and asked for each time.
    const headers = { etag, "cache-control": "no-cache" };
    if (!isKnown(request, etag)) return json(200, run, headers);
    if (waited >= waitSeconds * 1_000) return { status: 304, headers };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
