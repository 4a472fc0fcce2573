import { describe, expect, it } from "vitest";
import { evaluateColumn } from "./custom-columns.ts";

const object = {
  metadata: { annotations: { "a.b/c": "dotted" } },
  spec: { size: 3, names: ["x", "y"] },
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "Stalled", status: "False" },
    ],
  },
};

describe("a printer column", () => {
  it.each([
    [".spec.size", "3"],
    [".spec.names[1]", "y"],
    [".spec.names[*]", "x,y"],
    ['.status.conditions[?(@.type=="Ready")].status', "True"],
    [".metadata.annotations.a\\.b/c", "dotted"],
    [".spec.nothing.here", ""],
    [".spec.names", '["x","y"]'],
  ])("of the path %s shows %j", (path, text) => {
    expect(evaluateColumn(object, path)).toBe(text);
  });
});
