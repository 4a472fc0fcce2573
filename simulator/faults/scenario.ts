import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { backupSectionSchema } from "../backup/backup-section.ts";
import { eventsSectionSchema } from "../eventgrid/event-faults.ts";
import { gitSectionSchema } from "../git/git-api.ts";
import { modelSettingsSchema } from "../settings.ts";

/** How far back a stale read may look, in seconds. */
export const MEMORY_SECONDS = 900;

const pattern = z.string().refine(isPattern, "must be a regular expression");

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** Which of the things that match are hit. */
const hits = {
  /** The first one that is hit; 1 is the very first. */
  nth: z.number().int().positive().default(1),
  /** How many in a row are hit. */
  count: z.number().int().positive().default(1),
};

const requestFaultSchema = z
  .strictObject({
    match: z.strictObject({ method: z.string().optional(), path: pattern }),
    ...hits,
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
    /** Sends half of the answer's body, then breaks the connection. */
    truncate: z.literal(true).optional(),
    /** Answers a read of Resource Manager from the state of this many seconds ago. */
    staleSeconds: z.number().positive().max(MEMORY_SECONDS).optional(),
    /** Ends a Kubernetes watch. */
    cutWatch: z
      .strictObject({
        afterSeconds: z.number().nonnegative().optional(),
        afterEvents: z.number().int().nonnegative().optional(),
      })
      .refine(
        ({ afterSeconds, afterEvents }) => (afterSeconds === undefined) !== (afterEvents === undefined),
        "must have exactly one of afterSeconds and afterEvents",
      )
      .optional(),
  })
  .refine(
    ({ answer, reset, delaySeconds, truncate, staleSeconds, cutWatch }) =>
      [answer, reset, delaySeconds, truncate, staleSeconds, cutWatch].filter((one) => one !== undefined).length === 1,
    { message: "must have exactly one of answer, reset, delaySeconds, truncate, staleSeconds and cutWatch" },
  );

const operationFaultSchema = z
  .strictObject({
    match: z.strictObject({
      kind: pattern.optional(),
      cluster: pattern.optional(),
      pool: pattern.optional(),
      resource: pattern.optional(),
    }),
    ...hits,
    /** Is accepted, and ends as Failed: after so many seconds, or when it would have succeeded. */
    fail: z
      .strictObject({
        code: z.string().min(1),
        message: z.string().min(1),
        afterSeconds: z.number().nonnegative().optional(),
      })
      .optional(),
    /** Makes no progress for so long. */
    stuckHours: z.number().positive().optional(),
  })
  .refine(({ fail, stuckHours }) => (fail === undefined) !== (stuckHours === undefined), {
    message: "must have exactly one of fail and stuckHours",
  });

const capacityFaultSchema = z.strictObject({
  match: z.strictObject({
    location: pattern.optional(),
    vmSize: pattern.optional(),
    zone: z.string().optional(),
    cluster: pattern.optional(),
    pool: pattern.optional(),
  }),
  ...hits,
  code: z
    .enum(["AllocationFailed", "ZonalAllocationFailed", "OverconstrainedAllocationRequest", "SkuNotAvailable"])
    .default("AllocationFailed"),
});

const nodeFaultSchema = z.strictObject({
  match: z.strictObject({ cluster: pattern.optional(), pool: pattern.optional() }),
  ...hits,
});

const podFaultSchema = z.strictObject({
  match: z.strictObject({ cluster: pattern.optional(), namespace: pattern.optional(), name: pattern.optional() }),
  ...hits,
});

const quotaSchema = z.strictObject({
  subscriptionId: z.guid().optional(),
  location: z.string(),
  /** As `az vm list-usage` names it (standardDDSv5Family), or `cores` for all. */
  family: z.string(),
  /** vCPUs. */
  limit: z.number().int().nonnegative(),
});

const bucketSchema = z.strictObject({ burst: z.number().int().positive(), perSecond: z.number().positive() });

/** Every kind of fault that a seed can draw. */
export const RANDOM_KINDS = [
  "throttled",
  "serverError",
  "badGateway",
  "unavailable",
  "gatewayTimeout",
  "reset",
  "slow",
  "truncated",
  "stale",
  "watchCut",
  "evictionError",
  "operationFails",
  "operationStuck",
  "allocation",
  "nodeNeverReady",
  "podNeverGone",
] as const;

const randomFaultsSchema = z.strictObject({
  /** The share of requests, operations, machines and pods that are hit. */
  rate: z.number().min(0).max(1),
  /** All of them when left out. */
  kinds: z
    .array(z.enum(RANDOM_KINDS))
    .min(1)
    .default([...RANDOM_KINDS]),
  /** Counted from the start of the world; after that nothing goes wrong any more. */
  untilHours: z.number().positive().default(24),
});

/** What a scenario file holds. */
export const scenarioSchema = z.strictObject({
  settings: modelSettingsSchema.partial().default({}),
  faults: z.array(requestFaultSchema).default([]),
  operations: z.array(operationFaultSchema).default([]),
  capacity: z.array(capacityFaultSchema).default([]),
  nodes: z.array(nodeFaultSchema).default([]),
  pods: z.array(podFaultSchema).default([]),
  quotas: z.array(quotaSchema).default([]),
  /** Requests a subscription may make; unlimited when left out. */
  throttling: z
    .strictObject({ reads: bucketSchema.optional(), writes: bucketSchema.optional(), deletes: bucketSchema.optional() })
    .default({}),
  randomFaults: randomFaultsSchema.optional(),
  events: eventsSectionSchema.default({ subscriptions: [], faults: [] }),
  git: gitSectionSchema.default({}),
  backup: backupSectionSchema.prefault({}),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type RequestFaultRule = Scenario["faults"][number];
export type RandomFaults = z.infer<typeof randomFaultsSchema>;
export type RandomKind = (typeof RANDOM_KINDS)[number];

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
