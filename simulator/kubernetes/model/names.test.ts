import { describe, expect, it } from "vitest";
import { createRandom } from "../../random.ts";
import { generateName, randomUid } from "./names.ts";

function random(seed: number) {
  let state = seed;
  return createRandom(
    () => state,
    (next) => {
      state = next;
    },
  );
}

describe("generated names", () => {
  it("are version 4 UUIDs, the same for the same seed", () => {
    const uids = Array.from({ length: 200 }, (_, seed) => randomUid(random(seed)));
    for (const uid of uids)
      expect(uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(uids).size).toBe(200);
    expect(randomUid(random(7))).toBe(uids[7]);
  });

  it("end in five characters without vowels, and are tried again when taken", () => {
    const first = generateName(random(1), "web-", () => false);
    expect(first).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    const taken = generateName(random(1), "web-", (name) => name === first);
    expect(taken).not.toBe(first);
  });
});
