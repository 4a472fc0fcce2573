// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from "vitest";
import { substitute } from "./substitution.ts";

const variables = new Map([
  ["set", "value"],
  ["empty", ""],
]);

describe("substitution", () => {
  it.each([
    ["${set}", "value"],
    ["a${set}b", "avalueb"],
    ["$${set}", "${set}"],
    ["${missing}", ""],
    ["${missing:-otherwise}", "otherwise"],
    ["${missing:=otherwise}", "otherwise"],
    ["${empty:-otherwise}", "otherwise"],
    ["${empty-otherwise}", ""],
    ["$set and $(set)", "$set and $(set)"],
  ])("of %j is %j", (text, expected) => {
    expect(substitute(text, variables, false)).toBe(expected);
  });

  it("is strict about what is not set and has no default", () => {
    expect(substitute("${missing:-otherwise}", variables, true)).toBe("otherwise");
    expect(() => substitute("${missing}", variables, true)).toThrow('variable not set (strict mode): "missing"');
  });
});
