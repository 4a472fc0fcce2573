import { describe, expect, it } from "vitest";
import type { Finding, Severity } from "../finding.ts";
import { doubtFindings } from "./doubt.ts";
import { type CannotTell, type ReadinessVerdict, readinessOf, worstOf } from "./readiness.ts";

const finding = (severity: Severity): Finding => ({
  code: "X",
  severity,
  subject: "s",
  message: "m",
  evidence: [],
  remedy: "r",
  cluster: "c",
});
const doubt = (code: string, why = "403", subject = "c"): CannotTell => ({ code, subject, why });

describe("readiness", () => {
  it.each<[Severity[], number, ReadinessVerdict]>([
    [[], 0, "READY"],
    [["warning", "info"], 0, "READY"],
    [["blocker"], 0, "NOT READY"],
    [["warning"], 1, "CANNOT TELL"],
    [["blocker"], 1, "NOT READY"],
  ])("with %j and %i gaps is %s", (severities, gaps, verdict) => {
    expect(readinessOf(severities.map(finding), Array(gaps).fill(doubt("A")))).toBe(verdict);
  });

  it.each<[ReadinessVerdict[], ReadinessVerdict]>([
    [[], "CANNOT TELL"],
    [["READY", "READY"], "READY"],
    [["READY", "CANNOT TELL"], "CANNOT TELL"],
    [["CANNOT TELL", "NOT READY", "READY"], "NOT READY"],
  ])("of %j together is %s", (verdicts, worst) => {
    expect(worstOf(verdicts)).toBe(worst);
  });
});

describe("what cannot be told in a run", () => {
  it("is one finding for each reason, with the rules that wanted to know", () => {
    const doubts = [doubt("A"), doubt("B"), doubt("A", "403", "c/pool"), doubt("C", "404")];
    expect(doubtFindings("c", doubts, "warning")).toMatchObject([
      { severity: "warning", message: "A, B cannot be told: 403", evidence: ["A of c", "B of c", "A of c/pool"] },
      { message: "C cannot be told: 404" },
    ]);
  });

  it("is nothing where the ring ignores it", () => {
    expect(doubtFindings("c", [doubt("A")], "ignore")).toEqual([]);
  });
});
