import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { eventsSectionSchema } from "../eventgrid/event-faults.ts";
import { modelSettingsSchema } from "../settings.ts";

const pattern = z.string().refine(isPattern, "must be a regular expression");

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const faultRuleSchema = z
  .strictObject({
    match: z.strictObject({ method: z.string().optional(), path: pattern }),
    /** The first matching request that is hit; 1 is the very first. */
    nth: z.number().int().positive().default(1),
    /** How many matching requests in a row are hit. */
    count: z.number().int().positive().default(1),
    answer: z
      .strictObject({
        status: z.number().int().min(400).max(599),
        retryAfterSeconds: z.number().int().nonnegative().optional(),
      })
      .optional(),
    /** Breaks the connection without an answer. */
    reset: z.literal(true).optional(),
    /** Waits before the request is handled, in seconds of simulated time. */
    delaySeconds: z.number().positive().optional(),
  })
  .refine(
    ({ answer, reset, delaySeconds }) => [answer, reset, delaySeconds].filter((one) => one !== undefined).length === 1,
    {
      message: "must have exactly one of answer, reset and delaySeconds",
    },
  );

const scenarioSchema = z.strictObject({
  settings: modelSettingsSchema.partial().default({}),
  faults: z.array(faultRuleSchema).default([]),
  events: eventsSectionSchema.default({ subscriptions: [], faults: [] }),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type FaultRule = z.infer<typeof faultRuleSchema>;

/** Checks a scenario. Throws an Error with one sentence that names the place in it; `source` says where it came from. */
export function parseScenario(content: unknown, source: string): Scenario {
  const parsed = scenarioSchema.safeParse(content ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.map(String).join(".") || "top level"}: ${message}`,
  );
  throw new Error(`${source}: ${problems.join("; ")}`);
}

/** Reads a scenario file (YAML). Throws an Error with one sentence. */
export function readScenario(file: string): Scenario {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read the scenario ${file}: ${reason}`, { cause: error });
  }
  return parseScenario(content, file);
}
