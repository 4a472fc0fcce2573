import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byGravity, type Finding, findingSchema, severitySchema } from "./finding.ts";

const good: Finding = {
  code: "BarePods",
  severity: "blocker",
  subject: "shop/toolbox",
  message: "pod shop/toolbox has no controller",
  evidence: ["on node aks-shop-0"],
  remedy: "Give it one.",
  cluster: "dev-weu",
};

describe("findings", () => {
  it("stand with the gravest first, and in their order otherwise", () => {
    const severities = fc.array(fc.constantFrom(...severitySchema.options));
    fc.assert(
      fc.property(severities, (list) => {
        const findings = list.map((severity, index): Finding => ({ ...good, severity, subject: `${index}` }));
        const sorted = byGravity(findings);
        const expected = severitySchema.options.flatMap((severity) =>
          findings.filter((finding) => finding.severity === severity),
        );
        expect(sorted).toEqual(expected);
      }),
    );
  });

  it.each([
    ["a severity that there is not", { ...good, severity: "fatal" }],
    ["evidence that is no list", { ...good, evidence: "on node a" }],
    ["no remedy", { ...good, remedy: undefined }],
    ["no word on the cluster", { ...good, cluster: undefined }],
  ])("are refused with %s", (_what, value) => {
    expect(findingSchema.safeParse(value).success).toBe(false);
    expect(findingSchema.safeParse(good).success).toBe(true);
  });
});
