import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { directoryOf, isInside, joinPath } from "./path.ts";

describe("paths of a repository", () => {
  it.each([
    ["apps/shop", "pod.yaml", "apps/shop/pod.yaml"],
    ["apps/shop", "./pod.yaml", "apps/shop/pod.yaml"],
    ["apps/shop", "../db", "apps/db"],
    ["apps/shop", "../../infrastructure/", "infrastructure"],
    ["apps", "../../x", "../x"],
    ["", "pod.yaml", "pod.yaml"],
    ["apps", ".", "apps"],
  ])("%s and %s join to %s", (directory, relative, expected) => {
    expect(joinPath(directory, relative)).toBe(expected);
  });

  it.each([
    ["apps/shop/pod.yaml", "apps/shop"],
    ["pod.yaml", ""],
  ])("%s is in the folder %j", (path, expected) => {
    expect(directoryOf(path)).toBe(expected);
  });

  it.each([
    ["apps", "apps", true],
    ["apps", "apps/shop/pod.yaml", true],
    ["apps", "apps2/pod.yaml", false],
    ["apps/shop", "apps", false],
    ["", "apps", true],
    ["", "", true],
    ["", "../other", false],
  ])("of %s, is %s inside? %s", (directory, path, expected) => {
    expect(isInside(directory, path)).toBe(expected);
  });

  it("join to a path that is joined already, and one step back is the folder again", () => {
    const part = fc.constantFrom("a", "b", "..", ".", "");
    const name = fc.stringMatching(/^[a-z]{1,5}$/);
    fc.assert(
      fc.property(fc.array(part), fc.array(part), name, (left, right, last) => {
        const path = joinPath(left.join("/"), [...right, last].join("/"));
        expect(joinPath("", path)).toBe(path);
        expect(joinPath(path, "..")).toBe(directoryOf(path));
      }),
    );
  });
});
