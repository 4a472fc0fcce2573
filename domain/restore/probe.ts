import { z } from "zod";

const nameSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes");

const patternSchema = z.string().max(500).refine(isPattern, "not a regular expression");

/** A member of a JSON text, as `orders.0.count`: the text it must be, or the number it must reach. */
const jsonSchema = z
  .strictObject({ path: z.string().min(1), equals: z.string().optional(), atLeast: z.number().optional() })
  .refine(({ equals, atLeast }) => (equals === undefined) !== (atLeast === undefined), {
    error: "either equals or atLeast is needed",
  });

/** What runs in the scratch cluster. It has no rights there but those of the service account that it names. */
const containerShape = {
  image: z.string().min(1),
  command: z.array(z.string()).min(1).optional(),
  env: z.record(z.string(), z.string()).default({}),
  serviceAccount: nameSchema.optional(),
  /** Claims of the namespace that are mounted, read-only: the path of each by its name. */
  claims: z.record(nameSchema, z.string().startsWith("/")).default({}),
};

/** A Job whose end and output say whether the data is sound. */
const jobProbeSchema = z.strictObject({
  ...containerShape,
  expectExitCode: z.int().min(0).max(255).default(0),
  /** A regular expression that the log must match. */
  expectLog: patternSchema.optional(),
  /** What the last line of the log that is JSON must hold. */
  expectJson: jsonSchema.optional(),
});

/** A call to a service, through the API server. */
const httpProbeSchema = z.strictObject({
  service: nameSchema,
  /** Number or name. */
  port: z.union([z.int().min(1).max(65_535), z.string().min(1)]),
  scheme: z.enum(["http", "https"]).default("http"),
  path: z.string().startsWith("/").default("/"),
  expectStatus: z.int().min(100).max(599).default(200),
  expectBody: patternSchema.optional(),
  expectJson: jsonSchema.optional(),
});

/** A Job that prints the newest instant in the data (ISO 8601, or seconds since 1970, on its last line). */
const freshnessProbeSchema = z.strictObject(containerShape);

/** A question to restored data. Its namespace is named as in the source; mappings are the run's affair. */
export const probeSchema = z
  .strictObject({
    name: nameSchema,
    namespace: nameSchema,
    /** Whether the test fails with it; otherwise it is a warning. */
    required: z.boolean().default(true),
    timeoutMinutes: z.number().positive().max(240).default(10),
    job: jobProbeSchema.optional(),
    http: httpProbeSchema.optional(),
    freshness: freshnessProbeSchema.optional(),
  })
  .refine(({ job, http, freshness }) => [job, http, freshness].filter((one) => one !== undefined).length === 1, {
    error: "one of job, http and freshness is needed",
  });
export type Probe = z.infer<typeof probeSchema>;
export type JsonExpectation = z.infer<typeof jsonSchema>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "m");
    return true;
  } catch {
    return false;
  }
}
