import { describe, expect, it } from "vitest";
import { isSelected } from "./facts.ts";
import { parseLabelSelector } from "./label-selector.ts";

const LABELS = { app: "cart", tier: "web", "example.com/team": "shop", empty: "" };

describe("a label selector", () => {
  it.each([
    ["app=cart", true],
    ["app==cart", true],
    ["app = cart , tier=web", true],
    ["app=cart,tier=db", false],
    ["app!=cart", false],
    ["color!=red", true],
    ["tier in (web, api)", true],
    ["tier notin (web,api)", false],
    ["app in (cart),tier notin (db)", true],
    ["app", true],
    ["!app", false],
    ["!color", true],
    ["example.com/team=shop", true],
    ["empty=", true],
    ["", true],
  ])("%s: %s", (text, expected) => {
    const selector = parseLabelSelector(text);
    expect(selector && isSelected(LABELS, selector)).toBe(expected);
  });

  it.each(["a=(", "a=b=c", "=b", "a in b", "a in (b", "a,,b", "-a=b", "a=b c"])("refuses %s", (text) => {
    expect(parseLabelSelector(text)).toBeUndefined();
  });
});
