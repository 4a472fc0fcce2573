import { expect, it } from "vitest";
import { parseQuantity } from "./quantity.ts";

it.each<[string, number | null]>([
  ["250m", 0.25],
  ["2", 2],
  ["0.5", 0.5],
  [".5", 0.5],
  ["1.5Gi", 1610612736],
  ["128Mi", 134217728],
  ["1k", 1000],
  ["1e3", 1000],
  ["12E", 12e18],
  ["100n", 1e-7],
  ["1Kib", null],
  ["", null],
  ["many", null],
])("the quantity %j is %j", (text, expected) => {
  const found = parseQuantity(text);
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 9);
});
