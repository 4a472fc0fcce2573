import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, Severity } from "./finding.ts";
import { type ClusterOutcome, verdictOf } from "./verdict.ts";

function finding(severity: Severity): Finding {
  return { code: "X", severity, subject: "a", message: "m", evidence: [], remedy: "r", cluster: null };
}

describe("the verdict of a run", () => {
  it.each<[string, ClusterOutcome[], Severity[], boolean, string]>([
    ["all clusters done", ["done", "done"], [], false, "passed"],
    ["nothing was to be done", [], [], false, "passed"],
    ["clusters that were up to date", ["skipped"], [], false, "passed"],
    ["what is only worth knowing", ["done"], ["info"], false, "passed"],
    ["a warning", ["done"], ["info", "warning"], false, "passed-with-warnings"],
    ["a blocker of a cluster that was done all the same", ["done"], ["blocker"], false, "passed-with-warnings"],
    ["a blocked cluster", ["done", "blocked", "skipped"], ["blocker"], false, "blocked"],
    ["a failed cluster", ["done", "failed", "skipped"], ["blocker"], false, "failed"],
    ["failed and blocked", ["blocked", "failed"], [], false, "failed"],
    ["a cancelled run", ["done"], [], true, "cancelled"],
    ["a cancelled cluster", ["done", "cancelled"], [], false, "cancelled"],
    ["a failure in a cancelled run", ["failed", "cancelled"], [], true, "failed"],
    ["a blocked cluster in a cancelled run", ["blocked"], [], true, "cancelled"],
  ])("of %s", (_what, outcomes, severities, cancelled, expected) => {
    expect(verdictOf(outcomes, severities.map(finding), cancelled)).toBe(expected);
  });

  it("does not pass when none of the clusters could be seen, and warns when some could", () => {
    const unseen = { ...finding("warning"), code: "ClusterUnreachable" };
    expect(verdictOf(["skipped"], [unseen], false)).toBe("failed");
    expect(verdictOf(["skipped", "skipped"], [unseen, unseen], false)).toBe("failed");
    expect(verdictOf(["done", "skipped"], [unseen], false)).toBe("passed-with-warnings");
  });

  it("passes only when no cluster failed, was blocked or cancelled, whatever their order", () => {
    const outcomes = fc.array(fc.constantFrom<ClusterOutcome>("done", "failed", "blocked", "cancelled", "skipped"));
    fc.assert(
      fc.property(outcomes, fc.boolean(), (list, cancelled) => {
        const verdict = verdictOf(list, [], cancelled);
        expect(verdict === "passed").toBe(!cancelled && list.every((one) => one === "done" || one === "skipped"));
        expect(verdictOf(list.toReversed(), [], cancelled)).toBe(verdict);
      }),
    );
  });
});
