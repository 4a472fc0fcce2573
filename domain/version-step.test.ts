import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OfferedVersion } from "./cluster-facts.ts";
import { isOlderVersion, minorName, newestStep, stepKind } from "./version-step.ts";

const offer = (...versions: string[]): OfferedVersion[] => versions.map((version) => ({ version, isPreview: false }));

describe("a step from one version of Kubernetes to another", () => {
  it.each([
    ["1.33.5", "1.33.6", "patch"],
    ["1.33.9", "1.33.10", "patch"],
    ["1.33.5", "1.34.0", "minor"],
    ["1.9.3", "1.10.0", "minor"],
    ["1.33.5", "1.33.5", null],
    ["1.33.5", "1.33.4", null],
    ["1.33.5", "1.32.9", null],
    ["1.33.5", "1.35.0", null],
    ["1.33.5", "2.0.0", null],
    ["1.33.5", "2.34.0", null],
    ["1.33", "1.33.1", "patch"],
    ["1.33", "1.34.2", "minor"],
    ["1.33.5", "1.33", null],
    ["1.33.5", "newest", null],
    ["", "1.34.2", null],
  ])("%s to %s is %s", (from, to, expected) => {
    expect(stepKind(from, to)).toBe(expected);
  });

  it.each([
    ["1.34.2", "1.34"],
    ["1.34", "1.34"],
    ["newest", "newest"],
  ])("leaves %s, which is of minor %s", (version, expected) => {
    expect(minorName(version)).toBe(expected);
  });

  it.each([
    ["1.33.9", "1.33.10", true],
    ["1.33.5", "1.34.0", true],
    ["1.33.5", "1.33.5", false],
    ["1.34.0", "1.33.5", false],
    ["1.33", "1.34.0", true],
    ["newest", "1.34.0", false],
    ["1.33.5", "", false],
  ])("%s is older than %s: %s", (left, right, expected) => {
    expect(isOlderVersion(left, right)).toBe(expected);
  });
});

describe("the newest step", () => {
  it.each([
    [
      "goes to the newest patch by number, not by letter",
      "1.33.5",
      offer("1.33.9", "1.33.10", "1.34.2"),
      "patch",
      "1.33.10",
    ],
    ["goes to the newest patch of the next minor", "1.33.5", offer("1.33.6", "1.34.1", "1.34.2"), "minor", "1.34.2"],
    ["never goes over a minor", "1.33.5", offer("1.35.0"), "minor", null],
    ["is none where only its own version is offered", "1.33.5", offer("1.33.5"), "patch", null],
    ["is none where nothing is offered", "1.33.5", [], "patch", null],
    ["is none from a version that cannot be read", "lts", offer("1.33.6", "1.34.2"), "minor", null],
    ["leaves out what cannot be read", "1.33.5", offer("1.33", "1.33.6", "lts"), "patch", "1.33.6"],
  ] as const)("%s", (_rule, from, offered, kind, to) => {
    expect(newestStep(from, offered, kind)).toEqual(to === null ? null : { kind, from, to });
  });

  it("never goes to a preview, however new it is", () => {
    const offered = [...offer("1.34.1"), { version: "1.34.3", isPreview: true }];
    expect(newestStep("1.33.5", offered, "minor")?.to).toBe("1.34.1");
    expect(newestStep("1.33.5", offered.slice(1), "minor")).toBeNull();
  });

  it("is one that is offered, of its kind and forwards, and nothing offered is further", () => {
    const version = fc
      .tuple(fc.integer({ min: 31, max: 35 }), fc.nat(12))
      .map(([minor, patch]) => `1.${minor}.${patch}`);
    const offered = fc.array(fc.record({ version, isPreview: fc.boolean() }), { maxLength: 8 });
    fc.assert(
      fc.property(version, offered, fc.constantFrom("patch", "minor"), (from, list, kind) => {
        const step = newestStep(from, list, kind);
        const fitting = list.filter((one) => !one.isPreview && stepKind(from, one.version) === kind);
        if (step === null) expect(fitting).toEqual([]);
        else expect(fitting.map((one) => one.version)).toContain(step.to);
        const further = fitting.filter((one) => isOlderVersion(step?.to ?? "", one.version));
        expect(further).toEqual([]);
      }),
    );
  });
});
