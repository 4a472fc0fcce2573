import { describe, expect, it } from "vitest";
import { attemptText, changeText } from "./change-text.ts";

describe("attemptText", () => {
  it.each([
    [0, ""],
    [1, ""],
    [2, "2nd try"],
    [3, "3rd try"],
    [4, "4th try"],
    [11, "11th try"],
    [12, "12th try"],
    [21, "21st try"],
  ])("says of attempt %i: %j", (attempt, text) => {
    expect(attemptText(attempt)).toBe(text);
  });
});

describe("changeText", () => {
  it("names both when they differ, and once what stays", () => {
    expect(changeText("1.33.5", "1.33.6")).toBe("1.33.5 to 1.33.6");
    expect(changeText("1.33.5", "1.33.5")).toBe("1.33.5");
  });
});
