import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AppLoadError } from "./worker/entry-points.ts";

/** `hh:mm:ss` or `-1` for no limit, as host.json writes durations. */
const durationSchema = z.string().regex(/^(-1|(\d+\.)?\d{1,2}:\d{2}:\d{2})$/, "expected hh:mm:ss, or -1 for no limit");

const hostJsonSchema = z
  .object({
    version: z.literal("2.0", { error: 'expected "2.0"' }),
    functionTimeout: durationSchema.optional(),
    extensions: z
      .object({
        http: z
          .object({ routePrefix: z.string().default("api") })
          .loose()
          .default({ routePrefix: "api" }),
        durableTask: z
          .object({
            hubName: z.string().optional(),
            maxConcurrentActivityFunctions: z.int().positive().optional(),
            maxConcurrentOrchestratorFunctions: z.int().positive().optional(),
            maxConcurrentEntityFunctions: z.int().positive().optional(),
            maxEntityOperationBatchSize: z.int().positive().optional(),
          })
          .loose()
          .default({}),
      })
      .loose()
      .default({ http: { routePrefix: "api" }, durableTask: {} }),
  })
  .loose();

/** The parts of host.json that this host heeds; the rest is left to Azure's. */
export interface HostJson {
  readonly routePrefix: string;
  readonly hubName: string;
  readonly functionTimeoutMs: number | undefined;
  readonly limits: {
    readonly maxConcurrentActivityFunctions?: number;
    readonly maxConcurrentOrchestratorFunctions?: number;
    readonly maxConcurrentEntityFunctions?: number;
    readonly maxEntityOperationBatchSize?: number;
  };
}

/** Reads an app's host.json. Throws AppLoadError that names every mistake with its path. */
export function readHostJson(appDirectory: string): HostJson {
  const file = join(appDirectory, "host.json");
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new AppLoadError(
      `${file} cannot be read: ${(error as Error).message}. A Functions app has one beside its package.json.`,
    );
  }
  const parsed = hostJsonSchema.safeParse(raw);
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
    throw new AppLoadError(`${file} is not valid: ${mistakes.join("; ")}.`);
  }
  const { extensions, functionTimeout } = parsed.data;
  const { hubName, ...rest } = extensions.durableTask;
  const names = [
    "maxConcurrentActivityFunctions",
    "maxConcurrentOrchestratorFunctions",
    "maxConcurrentEntityFunctions",
    "maxEntityOperationBatchSize",
  ] as const;
  const limits = Object.fromEntries(names.flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]]])));
  return {
    routePrefix: extensions.http.routePrefix.replace(/^\/+|\/+$/g, ""),
    hubName: (hubName ?? "TestHubName").replace(/^%(.+)%$/, (all, name: string) => process.env[name] ?? all),
    functionTimeoutMs:
      functionTimeout === undefined || functionTimeout === "-1" ? undefined : durationMs(functionTimeout),
    limits,
  };
}

function durationMs(text: string): number {
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] =
    /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(text) ?? [];
  return (Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
}
