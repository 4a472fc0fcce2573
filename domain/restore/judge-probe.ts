import { z } from "zod";
import type { Finding } from "../finding.ts";
import type { JsonExpectation, Probe } from "./probe.ts";

/** What came of a probe: what it said, or that it said nothing in its time, or that it could not be asked. */
export type ProbeAnswer =
  | { readonly kind: "ended"; readonly exitCode: number; readonly log: string }
  | { readonly kind: "answered"; readonly status: number; readonly body: string }
  | { readonly kind: "timed-out"; readonly why: string }
  | { readonly kind: "unknown"; readonly why: string };

/** How a probe is judged. */
export const probeResultSchema = z.object({
  name: z.string(),
  outcome: z.enum(["held", "failed", "timed-out", "unknown"]),
  /** "" when it held. */
  why: z.string(),
  /** The newest instant found in the data; null when the probe does not look for one. */
  newestDataAt: z.iso.datetime().nullable(),
  /** Where the whole of what it said is kept, within the evidence; null for nothing. */
  evidence: z.string().nullable(),
});
export type ProbeResult = z.infer<typeof probeResultSchema>;

/** Below this a number is seconds since 1970, above it milliseconds: 100,000,000,000 s is the year 5138. */
const SECONDS_MAX = 1e11;

/** Judges what came of a probe. What could not be asked is unknown, never held. */
export function judgeProbe(probe: Probe, answer: ProbeAnswer, evidence: string | null): ProbeResult {
  const result = (outcome: ProbeResult["outcome"], why: string, newestDataAt: string | null = null): ProbeResult => ({
    ...{ name: probe.name, outcome, why, newestDataAt, evidence },
  });
  if (answer.kind === "timed-out" || answer.kind === "unknown") return result(answer.kind, answer.why);
  if (answer.kind === "answered") {
    if (!probe.http) return result("unknown", "it is no call to a service, and was answered as one");
    const { expectStatus, expectBody, expectJson } = probe.http;
    const why =
      (answer.status === expectStatus ? undefined : `it answered ${answer.status} instead of ${expectStatus}`) ??
      textMismatch(answer.body, expectBody, "body") ??
      jsonMismatch(answer.body, expectJson);
    return result(why === undefined ? "held" : "failed", why ?? "");
  }
  if (probe.freshness) return judgeFreshness(answer, result);
  if (!probe.job) return result("unknown", "it is a call to a service, and ended as a Job");
  const { expectExitCode, expectLog, expectJson } = probe.job;
  const { exitCode, log } = answer;
  const why =
    (exitCode === expectExitCode ? undefined : `it ended with ${exitCode} instead of ${expectExitCode}`) ??
    textMismatch(log, expectLog, "log") ??
    jsonMismatch(lastLine(log, isJson), expectJson);
  return result(why === undefined ? "held" : "failed", why ?? "");
}

/** What a probe's result adds to the test's findings. */
export function probeFindings(cluster: string, probe: Probe, result: ProbeResult): Finding[] {
  if (result.outcome === "held") return [];
  const what: Readonly<Record<Exclude<ProbeResult["outcome"], "held">, readonly [code: string, did: string]>> = {
    failed: ["ProbeFailed", "failed"],
    "timed-out": ["ProbeTimedOut", "did not end in its time"],
    unknown: ["ProbeUnknown", "could not be asked"],
  };
  const [code, did] = what[result.outcome];
  return [
    {
      code,
      severity: probe.required ? "blocker" : "warning",
      subject: `${probe.namespace}/${probe.name}`,
      message: `probe ${probe.name} ${did}: ${result.why}`,
      evidence: result.evidence === null ? [] : [result.evidence],
      remedy:
        "Look at what it said, in the scratch cluster while its validation window is open; mend the backup or the probe.",
      cluster,
    },
  ];
}

/** The newest instant that freshness probes found; null when none did. */
export function newestDataOf(results: readonly ProbeResult[]): string | null {
  const found = results.flatMap(({ newestDataAt }) => (newestDataAt === null ? [] : [Date.parse(newestDataAt)]));
  return found.length === 0 ? null : new Date(Math.max(...found)).toISOString();
}

function judgeFreshness(
  { exitCode, log }: { readonly exitCode: number; readonly log: string },
  result: (outcome: ProbeResult["outcome"], why: string, newestDataAt?: string | null) => ProbeResult,
): ProbeResult {
  if (exitCode !== 0) return result("failed", `it ended with ${exitCode} instead of 0`);
  const line = lastLine(log, (text) => text !== "");
  const ms = instantOf(line);
  if (ms === undefined) return result("failed", `its last line is no instant: ${excerpt(line) || "there is none"}`);
  return result("held", "", new Date(ms).toISOString());
}

/** ISO 8601 with its zone, or a number; a date without a zone could be off by half a day. */
function instantOf(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) {
    const number = Number(text);
    const ms = number < SECONDS_MAX ? number * 1_000 : number;
    return ms <= 8.64e15 ? ms : undefined;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ][\d:.,]+ ?(?:Z|[+-]\d{2}:?\d{2})$/.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T").replace(",", ".").replace(" ", ""));
  return Number.isFinite(ms) ? ms : undefined;
}

function textMismatch(text: string, pattern: string | undefined, what: string): string | undefined {
  if (pattern === undefined || new RegExp(pattern, "m").test(text)) return undefined;
  return `its ${what} does not match /${pattern}/: ${excerpt(text) || "it is empty"}`;
}

function jsonMismatch(text: string, expected: JsonExpectation | undefined): string | undefined {
  if (expected === undefined) return undefined;
  const { path, equals, atLeast } = expected;
  const found = memberAt(text, path);
  if (found === undefined) return `it has no ${path}`;
  if (equals !== undefined) return found === equals ? undefined : `${path} is ${excerpt(found)} instead of ${equals}`;
  if (atLeast === undefined || Number(found) >= atLeast) return undefined;
  return `${path} is ${excerpt(found)}, and should be at least ${atLeast}`;
}

/** A scalar within a JSON text, as text; undefined when there is none at the path. */
function memberAt(text: string, path: string): string | undefined {
  let value = parsed(text);
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[key];
  }
  return typeof value === "object" || value === undefined ? undefined : String(value);
}

function lastLine(text: string, isWanted: (line: string) => boolean): string {
  return (
    text
      .split("\n")
      .map((line) => line.trim())
      .findLast(isWanted) ?? ""
  );
}

function isJson(line: string): boolean {
  return /^[{[]/.test(line) && parsed(line) !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length <= 200 ? line : `${line.slice(0, 200)}…`;
}
