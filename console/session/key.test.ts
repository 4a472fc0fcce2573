import { describe, expect, it } from "vitest";
import { keyInHash, readKey } from "./key.ts";

describe("readKey", () => {
  it.each([
    ["abc_-==", "abc_-=="],
    ["  abc \n", "abc"],
    ["", undefined],
    ["   ", undefined],
    ["two words", undefined],
    ["naïve", undefined],
    ["a".repeat(513), undefined],
  ])("takes %j as %j", (text, key) => {
    expect(readKey(text)).toBe(key);
  });
});

describe("keyInHash", () => {
  it.each([
    ["#code=abc_-==", "abc_-=="],
    ["#code=a%2Fb%3D", "a/b="],
    ["#code=a+b/c=", "a+b/c="],
    ["#code=100%", "100%"],
    ["#code=", undefined],
    ["#code=a b", undefined],
    ["#/runs", undefined],
    ["", undefined],
  ])("finds in %j the key %j", (hash, key) => {
    expect(keyInHash(hash)).toBe(key);
  });
});
