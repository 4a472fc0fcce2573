import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareVersions, isPatchOf, minorOf, minorsBetween, type SkewCode, skewProblems } from "./version-skew.ts";

describe("versions", () => {
  it.each([
    ["1.33.5", "1.33"],
    ["v1.33.5", "1.33"],
    ["1.33", "1.33"],
    ["v1.34.0-rc.1+build", "1.34"],
    ["", null],
    ["latest", null],
    ["1", null],
  ])("the minor of %j is %j", (text, minor) => {
    expect(minorOf(text)).toBe(minor);
  });

  it.each<[string, string, boolean]>([
    ["1.33.5", "1.33.6", true],
    ["1.33.5", "1.33.5", false],
    ["1.33.6", "1.33.5", false],
    ["1.33.5", "1.34.6", false],
    ["1.33", "1.33.1", true],
    ["?", "1.33.1", false],
  ])("from %s to %s is a patch: %s", (current, later, expected) => {
    expect(isPatchOf(current, later)).toBe(expected);
  });

  it("are ordered by number, not by letter", () => {
    expect(["1.9.0", "1.33.10", "1.33.9", "v1.33", "none"].toSorted(compareVersions)).toEqual([
      "none",
      "1.9.0",
      "v1.33",
      "1.33.9",
      "1.33.10",
    ]);
  });

  it("of two majors are not counted in minors", () => {
    expect(minorsBetween("1.33.0", "2.0.0")).toBeNull();
  });
});

describe("the version skew policy", () => {
  it.each<[string, string | null, string[], SkewCode[]]>([
    ["1.33.5", null, ["v1.33.5", "v1.30.1"], []],
    ["1.33.5", null, ["v1.29.9"], ["KubeletTooOld"]],
    ["1.33.5", "1.34.2", ["v1.30.1"], ["KubeletTooOld"]],
    ["1.33.5", "1.34.2", ["v1.31.0"], []],
    ["1.26.0", null, ["v1.24.0"], []],
    ["1.27.0", null, ["v1.24.0"], ["KubeletTooOld"]],
    ["1.33.5", null, ["v1.34.0"], ["KubeletNewer"]],
    ["1.33.5", null, ["v1.33.9"], []],
    ["1.33.5", "1.35.0", [], ["MinorSkipped"]],
    ["1.33.5", "1.33.4", [], ["Downgrade"]],
    ["1.33.5", "1.32.9", [], ["Downgrade"]],
    ["1.33.5", "1.33.5", [], []],
    ["", null, ["v1.33.5"], ["VersionUnknown"]],
    ["1.33.5", "newest", [], ["VersionUnknown"]],
    ["1.33.5", null, [""], ["VersionUnknown"]],
  ])("%s to %s with kubelets %j: %j", (controlPlane, target, versions, codes) => {
    const kubelets = versions.map((version, index) => ({ subject: `node-${index}`, version }));
    expect(skewProblems({ controlPlane, target, kubelets }).map(({ code }) => code)).toEqual(codes);
  });

  it("lets a kubelet be exactly as new as the control plane and up to three minors older", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 28, max: 60 }),
        fc.integer({ min: -3, max: 6 }),
        fc.nat(30),
        (minor, behind, patch) => {
          const kubelets = [{ subject: "n", version: `v1.${minor - behind}.${patch}` }];
          const problems = skewProblems({ controlPlane: `1.${minor}.0`, target: null, kubelets });
          const oldest = minor - behind < 25 ? 2 : 3;
          expect(problems.length === 0).toBe(behind >= 0 && behind <= oldest);
        },
      ),
    );
  });
});
