// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are what is tested
import { describe, expect, it } from "vitest";
import { substitute } from "./envsubst.ts";

const variables = new Map([
  ["set", "value"],
  ["empty", ""],
  ["path", "a/b/c.tar.gz"],
  ["word", "Harbour"],
]);

function run(text: string, strict = false): string {
  return substitute(text, (name) => variables.get(name), strict);
}

describe("substitution", () => {
  it.each([
    ["${set}", "value"],
    ["a${set}b${set}", "avaluebvalue"],
    ["$${set}", "${set}"],
    ["$$${set}", "$value"],
    ["${missing}", ""],
    ["${missing:-otherwise}", "otherwise"],
    ["${missing:=otherwise}", "otherwise"],
    ["${missing=otherwise}", "otherwise"],
    ["${missing:-${set}-x}", "value-x"],
    ["${missing:-a b: c}", "a b: c"],
    ["${empty:-otherwise}", "otherwise"],
    ["${set:-otherwise}", "value"],
    ["${set:+other}", "value"],
    ["$set and $(set) and 5$", "$set and $(set) and 5$"],
    ["${#set}", "5"],
    ["${word,}", "harbour"],
    ["${word,,}", "harbour"],
    ["${set^}", "Value"],
    ["${set^^}", "VALUE"],
    ["${set:1}", "alue"],
    ["${set:1:2}", "al"],
    ["${set:9}", ""],
    ["${path#*/}", "b/c.tar.gz"],
    ["${path##*/}", "c.tar.gz"],
    ["${path%.*}", "a/b/c.tar"],
    ["${path%%.*}", "a/b/c"],
    ["${word/r/R}", "HaRbour"],
    ["${word//r/R}", "HaRbouR"],
    ["${word//[/x}", "Harbour"],
    ["${path/\\//-}", "a-b/c.tar.gz"],
    ["${word/#Har/Bar}", "Barbour"],
    ["${word/%our/or}", "Harbor"],
  ])("of %j is %j", (text, expected) => {
    expect(run(text)).toBe(expected);
  });

  it.each([
    ["${empty-otherwise}", "missing closing brace"],
    ["${set", "missing closing brace"],
    ["${}", "unable to parse variable name"],
    ["${ set }", "unable to parse variable name"],
    ["${set^^x}", "bad substitution"],
  ])("of %j is refused as Flux refuses it", (text, message) => {
    expect(() => run(text)).toThrow(`variable substitution failed: ${message}`);
  });

  it("is strict about what is not set and has no default", () => {
    expect(run("${missing:-otherwise}", true)).toBe("otherwise");
    expect(() => run("${missing}", true)).toThrow('variable not set (strict mode): "missing"');
    expect(() => run("${missing^^}", true)).toThrow('variable not set (strict mode): "missing"');
  });
});
