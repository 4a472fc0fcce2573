import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../finding.ts";
import { freshnessFindings, measure, objectiveFindings } from "./measure.ts";
import {
  gravestVerdict,
  type PhaseResult,
  RESTORE_PHASES,
  type RestorePhase,
  restoreVerdict,
} from "./restore-verdict.ts";

const at = (time: string) => `2026-11-20T${time}:00.000Z`;
const input = {
  takenAt: at("02:00"),
  newestDataAt: null as string | null,
  startedAt: at("08:00"),
  verifiedAt: at("09:00") as string | null,
  phases: [
    { name: "scratch", startedAt: at("08:01"), endedAt: at("08:21") },
    { name: "restore", startedAt: at("08:21"), endedAt: at("08:51") },
  ],
};
const HOUR = 3_600_000;

describe("what a test measures", () => {
  it("is the age of the recovery point for want of a freshness probe, and of the data with one", () => {
    expect(measure(input).rpo).toEqual({ basis: "recovery-point", atPointMs: null, atStartMs: 6 * HOUR });
    expect(measure({ ...input, newestDataAt: at("01:30") }).rpo).toEqual({
      basis: "data",
      atPointMs: HOUR / 2,
      atStartMs: 6.5 * HOUR,
    });
  });

  it("is the time to verified data, by phase, with what lies between", () => {
    expect(measure(input).rto).toEqual({
      totalMs: HOUR,
      phases: [
        { name: "scratch", ms: HOUR / 3 },
        { name: "restore", ms: HOUR / 2 },
      ],
      betweenMs: HOUR / 6,
    });
    expect(measure({ ...input, verifiedAt: null }).rto).toMatchObject({ totalMs: null, betweenMs: null });
  });

  it("adds up: phases and what lies between are the whole", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { minLength: 1 }), (gaps) => {
        let minute = Date.parse(input.startedAt);
        const phases = gaps.map(([gap, long], index) => {
          const startedAt = new Date(minute + gap * 60_000).toISOString();
          minute += (gap + long) * 60_000;
          return { name: `p${index}`, startedAt, endedAt: new Date(minute).toISOString() };
        });
        const { rto } = measure({ ...input, phases, verifiedAt: new Date(minute).toISOString() });
        const sum = rto.phases.reduce((total, { ms }) => total + ms, 0);
        expect(sum + (rto.betweenMs ?? Number.NaN)).toBe(rto.totalMs);
        expect(rto.betweenMs).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it.each([
    [{ rpoHours: 6, rtoMinutes: 60 }, []],
    [{ rpoHours: 5.9, rtoMinutes: 60 }, ["RpoMissed"]],
    [{ rpoHours: 5, rtoMinutes: 59 }, ["RpoMissed", "RtoMissed"]],
    [{ rpoHours: null, rtoMinutes: null }, []],
  ])("is held against the objectives %j", (objectives, expected) => {
    expect(objectiveFindings("prod-weu", measure(input), objectives).map(({ code }) => code)).toEqual(expected);
  });

  it("is doubted when the data is younger than the point by more than clocks differ", () => {
    expect(freshnessFindings("c", input.takenAt, at("02:05"))).toEqual([]);
    expect(freshnessFindings("c", input.takenAt, at("02:06"))).toMatchObject([{ code: "DataNewerThanPoint" }]);
  });
});

describe("the verdict of a test", () => {
  const finding = (code: string, severity: Finding["severity"] = "blocker"): Finding => ({
    ...{ code, severity, subject: "s", message: "m", evidence: [], remedy: "r", cluster: "c" },
  });
  const phase = (name: RestorePhase, more: Partial<PhaseResult> = {}): PhaseResult => ({
    ...{ name, outcome: "done", reason: "", startedAt: at("08:00"), endedAt: at("08:01"), findings: [] },
    ...more,
  });
  const all = (name?: RestorePhase, more: Partial<PhaseResult> = {}) =>
    RESTORE_PHASES.map((one) => phase(one, one === name ? more : {}));

  it.each<[string, PhaseResult[], Finding[], string]>([
    ["everything was done", all(), [], "passed"],
    ["there are warnings", all("choose", { findings: [finding("ProtectionStopped", "warning")] }), [], "passed"],
    [
      "there was no point",
      [phase("choose", { outcome: "failed", findings: [finding("RecoveryPointMissing")] })],
      [],
      "failed",
    ],
    [
      "the scratch cluster could not be made",
      [phase("choose"), phase("scratch", { outcome: "could-not", findings: [finding("QuotaExceeded")] })],
      [],
      "inconclusive",
    ],
    ["the restore failed", [phase("choose"), phase("restore", { outcome: "failed" })], [], "failed"],
    ["the restore hung", [phase("choose"), phase("restore", { outcome: "timed-out" })], [], "timed-out"],
    ["a namespace is missing", all("verify", { findings: [finding("NamespaceMissing")] }), [], "failed"],
    [
      "a volume was never bound",
      all("verify", { outcome: "timed-out", findings: [finding("ClaimNotBound")] }),
      [],
      "timed-out",
    ],
    ["a probe failed", all("probe", { findings: [finding("ProbeFailed")] }), [], "failed"],
    ["a probe hung", all("probe", { findings: [finding("ProbeTimedOut")] }), [], "timed-out"],
    [
      "one failed and another hung",
      all("probe", { findings: [finding("ProbeTimedOut"), finding("ProbeFailed")] }),
      [],
      "failed",
    ],
    ["a probe could not be asked", all("probe", { findings: [finding("ProbeUnknown")] }), [], "inconclusive"],
    ["an objective was missed", all(), [finding("RtoMissed")], "failed"],
    [
      "the tear-down was refused",
      all("tear-down", { outcome: "failed", findings: [finding("LeftBehind")] }),
      [],
      "passed",
    ],
    ["it was cancelled before verification", [phase("choose"), phase("scratch"), phase("restore")], [], "inconclusive"],
    ["nothing was done", [], [], "inconclusive"],
  ])("when %s", (_what, phases, measured, verdict) => {
    expect(restoreVerdict(phases, measured)).toBe(verdict);
  });

  it("of a run is the gravest of its tests", () => {
    expect(gravestVerdict(["passed", "inconclusive", "timed-out", "failed"])).toBe("failed");
    expect(gravestVerdict(["passed", "inconclusive"])).toBe("inconclusive");
    expect(gravestVerdict([])).toBe("inconclusive");
  });
});
