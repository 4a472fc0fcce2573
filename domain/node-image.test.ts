import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOlderImage, newestImages, parseNodeImage } from "./node-image.ts";

const LINUX = "AKSUbuntu-2204gen2containerd";

describe("a node image version", () => {
  it.each([
    ["Ubuntu", `${LINUX}-202611.10.0`, { family: LINUX, release: [202611, 10, 0] }],
    ["Azure Linux", "AKSAzureLinux-V3gen2-202611.10.0", { family: "AKSAzureLinux-V3gen2", release: [202611, 10, 0] }],
    [
      "Windows",
      "AKSWindows-2022-containerd-gen2-20348.4171.251014",
      { family: "AKSWindows-2022-containerd-gen2", release: [20348, 4171, 251014] },
    ],
    ["a release of one number", "image-7", { family: "image", release: [7] }],
  ])("of %s is taken apart", (_os, version, expected) => {
    expect(parseNodeImage(version)).toEqual(expected);
  });

  it.each([
    "",
    "AKSUbuntu",
    "-202611.10.0",
    `${LINUX}-`,
    `${LINUX}-latest`,
    `${LINUX}-2026.x`,
    `${LINUX}-1..2`,
    `${LINUX}-1.`,
  ])("that nobody can compare is not guessed at: %j", (version) => {
    expect(parseNodeImage(version)).toBeNull();
    expect(isOlderImage(version, `${LINUX}-202611.10.0`)).toBe(false);
    expect(isOlderImage(`${LINUX}-202611.10.0`, version)).toBe(false);
  });

  it.each([
    ["202610.27.0", "202611.10.0", true],
    ["202611.9.0", "202611.10.0", true],
    ["202611.10.0", "202611.10.1", true],
    ["202611.10", "202611.10.1", true],
    ["202611.10.0", "202611.10", false],
    ["202611.10.0", "202611.10.0", false],
    ["202612.1.0", "202611.10.0", false],
  ])("%s is older than %s: %s", (left, right, expected) => {
    expect(isOlderImage(`${LINUX}-${left}`, `${LINUX}-${right}`)).toBe(expected);
  });

  it("is not compared with one of another family", () => {
    expect(isOlderImage(`${LINUX}-202601.1.0`, "AKSAzureLinux-V3gen2-202611.10.0")).toBe(false);
  });
});

describe("the newest images", () => {
  it("are one for each family, and none for what cannot be read", () => {
    const versions = [
      `${LINUX}-202611.9.0`,
      "",
      "other",
      "win-20348.1.1",
      `${LINUX}-202611.10.0`,
      `${LINUX}-202512.1.0`,
    ];
    expect([...newestImages(versions)]).toEqual([
      [LINUX, `${LINUX}-202611.10.0`],
      ["win", "win-20348.1.1"],
    ]);
  });

  it("are the same in whatever order they are seen, and nothing is newer", () => {
    const release = fc.tuple(fc.integer({ min: 202600, max: 202612 }), fc.integer({ min: 1, max: 12 }), fc.nat(2));
    const version = fc
      .tuple(fc.constantFrom("a-1", "b"), release)
      .map(([family, numbers]) => `${family}-${numbers.join(".")}`);
    fc.assert(
      fc.property(fc.array(version, { maxLength: 12 }), (versions) => {
        const newest = newestImages(versions);
        expect(new Map(newestImages(versions.toReversed()))).toEqual(newest);
        for (const one of versions) {
          const chosen = newest.get(parseNodeImage(one)?.family ?? "") ?? "";
          expect(versions).toContain(chosen);
          expect(isOlderImage(chosen, one)).toBe(false);
        }
      }),
    );
  });
});
