import { z } from "zod";
import type { Finding } from "../finding.ts";
import { urlMistake } from "./check-address.ts";
import type { CannotTell } from "./readiness.ts";

const nameSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, "lower-case letters, digits and dashes");

const patternSchema = z.string().max(500).refine(isPattern, "not a regular expression");

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "m");
    return true;
  } catch {
    return false;
  }
}

const urlSchema = z.string().superRefine((text, context) => {
  const message = urlMistake(text);
  if (message !== null) context.addIssue({ code: "custom", message });
});

/** A call to a URL, or to a service of the cluster through its API server. */
const httpCheckSchema = z
  .strictObject({
    url: urlSchema.optional(),
    service: z
      .strictObject({
        namespace: nameSchema,
        name: nameSchema,
        /** Number or name. */
        port: z.union([z.int().min(1).max(65_535), z.string().min(1)]),
        scheme: z.enum(["http", "https"]).default("http"),
        path: z.string().startsWith("/").default("/"),
      })
      .optional(),
    method: z.enum(["GET", "POST"]).default("GET"),
    expectStatus: z.int().min(100).max(599).default(200),
    /** A regular expression that the body must match. */
    expectBody: patternSchema.optional(),
    /** A member of the JSON body, as `checks.0.state`, and the text it must be. */
    expectJson: z.strictObject({ path: z.string().min(1), equals: z.string() }).optional(),
  })
  .refine(({ url, service }) => (url === undefined) !== (service === undefined), {
    error: "either url or service is needed",
  });
export type HttpCheck = z.infer<typeof httpCheckSchema>;

/** A Job in the cluster. */
const jobCheckSchema = z.strictObject({
  namespace: nameSchema,
  image: z.string().min(1),
  command: z.array(z.string()).min(1).optional(),
  env: z.record(z.string(), z.string()).default({}),
  serviceAccount: nameSchema.optional(),
  expectExitCode: z.int().min(0).max(255).default(0),
  /** A regular expression that the log must match. */
  expectLog: patternSchema.optional(),
});
export type JobCheck = z.infer<typeof jobCheckSchema>;

/** Longest that a call may take: it is one step of a run, and steps are short. */
const MOST_HTTP_SECONDS = 120;

/** A check of the user's own: an HTTP call or a Job, with a time limit; what fails is a finding. */
export const customCheckSchema = z
  .strictObject({
    name: nameSchema,
    severity: z.enum(["blocker", "warning", "info"]).default("blocker"),
    timeoutSeconds: z.int().min(1).max(3600).default(60),
    http: httpCheckSchema.optional(),
    job: jobCheckSchema.optional(),
  })
  .refine(({ http, job }) => (http === undefined) !== (job === undefined), { error: "either http or job is needed" })
  .refine(({ http, timeoutSeconds }) => http === undefined || timeoutSeconds <= MOST_HTTP_SECONDS, {
    error: `a call may take ${MOST_HTTP_SECONDS} s at most; what takes longer is work for a job`,
    path: ["timeoutSeconds"],
  });
export type CustomCheck = z.infer<typeof customCheckSchema>;

/** How a check ended: it held, it did not and why, or it could not be made. */
export type CheckOutcome =
  | { readonly kind: "held" }
  | { readonly kind: "failed"; readonly why: string; readonly evidence: readonly string[] }
  | { readonly kind: "unknown"; readonly why: string };

/** Most of a body or a log that is shown. */
const EXCERPT = 300;

/** Judges the answer of an HTTP call. */
export function judgeAnswer(check: HttpCheck, { status, body }: { status: number; body: string }): CheckOutcome {
  const evidence = [`status ${status}`, ...(body === "" ? [] : [excerpt(body)])];
  if (status !== check.expectStatus) {
    return { kind: "failed", why: `it answered ${status} instead of ${check.expectStatus}`, evidence };
  }
  if (check.expectBody !== undefined && !new RegExp(check.expectBody, "m").test(body)) {
    return { kind: "failed", why: `its body does not match /${check.expectBody}/`, evidence };
  }
  if (check.expectJson === undefined) return { kind: "held" };
  const { path, equals } = check.expectJson;
  const found = memberAt(body, path);
  if (found === equals) return { kind: "held" };
  return { kind: "failed", why: `${path} is ${found ?? "missing"} instead of ${equals}`, evidence };
}

/** Judges how a Job's container ended. */
export function judgeJob(check: JobCheck, { exitCode, log }: { exitCode: number; log: string }): CheckOutcome {
  const evidence = [`exit code ${exitCode}`, ...(log === "" ? [] : [excerpt(log)])];
  if (exitCode !== check.expectExitCode) {
    return { kind: "failed", why: `it ended with ${exitCode} instead of ${check.expectExitCode}`, evidence };
  }
  if (check.expectLog !== undefined && !new RegExp(check.expectLog, "m").test(log)) {
    return { kind: "failed", why: `its log does not match /${check.expectLog}/`, evidence };
  }
  return { kind: "held" };
}

/** What a check's outcome adds to a preflight. */
export function outcomeFindings(
  cluster: string,
  check: CustomCheck,
  outcome: CheckOutcome,
): { readonly findings: Finding[]; readonly cannotTell: CannotTell[] } {
  const code = "CustomCheckFailed";
  const subject = `${cluster}/${check.name}`;
  if (outcome.kind === "held") return { findings: [], cannotTell: [] };
  if (outcome.kind === "unknown") return { findings: [], cannotTell: [{ code, subject, why: outcome.why }] };
  const finding: Finding = {
    code,
    severity: check.severity,
    subject,
    message: `check ${check.name} of this ring failed: ${outcome.why}`,
    evidence: [...outcome.evidence],
    remedy:
      "The check is the ring's own (rings[].preflight.checks in fleet.yaml); mend what it looks at, or the check.",
    cluster,
  };
  return { findings: [finding], cannotTell: [] };
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= EXCERPT ? line : `${line.slice(0, EXCERPT)}…`;
}

/** A scalar within a JSON text, as text; undefined when there is none at the path. */
function memberAt(text: string, path: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "object" || value === undefined ? undefined : String(value);
}
