import { describe, expect, it } from "vitest";
import { type DeclinedChanges, declinedAfter } from "./approval.ts";

const change = (what: string) => ({ what, by: "ada", reason: "no", at: "2026-11-20T08:00:00Z" });
const whats = (known: DeclinedChanges, ring: string) => known[ring]?.map(({ what }) => what);

describe("what was declined", () => {
  const known = declinedAfter({}, "decline", { ring: "dev", changes: [change("a"), change("b")] });

  it("is kept for its ring, once", () => {
    const twice = declinedAfter(known, "decline", { ring: "dev", changes: [change("a")] });
    expect(whats(twice, "dev")).toEqual(["b", "a"]);
    expect(whats(twice, "prod")).toBeUndefined();
  });

  it("is forgotten when it is approved", () => {
    expect(whats(declinedAfter(known, "approve", { ring: "dev", changes: [change("a")] }), "dev")).toEqual(["b"]);
    expect(whats(declinedAfter(known, "approve", { ring: "prod", changes: [change("a")] }), "dev")).toEqual(["a", "b"]);
  });

  it("is bounded", () => {
    const many = Array.from({ length: 80 }, (_, index) => change(`change ${index}`));
    const kept = whats(declinedAfter(known, "decline", { ring: "dev", changes: many }), "dev");
    expect(kept).toHaveLength(50);
    expect(kept?.at(-1)).toBe("change 79");
  });
});
