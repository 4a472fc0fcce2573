import { describe, expect, it } from "vitest";
import { columnsOf, fitWidth, printable } from "./fit-width.ts";

describe("fitWidth", () => {
  it.each([
    ["staging", 7, "staging"],
    ["staging", 6, "stagi…"],
    ["staging", 1, "…"],
    ["staging", 0, ""],
    ["港湾", 4, "港湾"],
    ["港湾", 3, "港…"],
    ["e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"],
  ])("cuts %s to %i columns", (text, width, expected) => {
    expect(fitWidth(text, width)).toBe(expected);
    expect(columnsOf(fitWidth(text, width))).toBeLessThanOrEqual(width);
  });
});

describe("printable", () => {
  it("takes the escape out of a terminal sequence", () => {
    expect(printable("a\u001b]0;title\u0007b\r\nc")).toBe("a ]0;title b c");
  });
});
