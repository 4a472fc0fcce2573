import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DeadLetter, type DeadLetterList, lettersAfter } from "./dead-letters.ts";

const empty: DeadLetterList = { letters: [], dropped: 0 };

function letter(eventId: string, change: Partial<DeadLetter> = {}): DeadLetter {
  return {
    at: "2026-03-01T12:00:00Z",
    code: "UnknownCluster",
    reason: "not a cluster of fleet.yaml",
    eventId,
    eventType: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
    source: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/a",
    ...change,
  };
}

function ids(list: DeadLetterList): string[] {
  return list.letters.map(({ eventId }) => eventId);
}

describe("a month's dead letters", () => {
  it("have the newest first", () => {
    expect(ids(lettersAfter(lettersAfter(empty, letter("1")), letter("2")))).toEqual(["2", "1"]);
  });

  it("keep a letter that is sent again once, as it came first", () => {
    const list = lettersAfter(lettersAfter(empty, letter("1")), letter("2"));
    expect(lettersAfter(list, letter("1", { at: "2026-03-02T00:00:00Z", reason: "other" }))).toEqual(list);
  });

  it("tell letters of one id from different sources apart", () => {
    const list = lettersAfter(lettersAfter(empty, letter("1")), letter("1", { source: "b" }));
    expect(list.letters).toHaveLength(2);
  });

  it("keep every letter that has no id: nobody can tell whether it is the same", () => {
    const list = lettersAfter(lettersAfter(empty, letter("")), letter(""));
    expect(list.letters).toHaveLength(2);
  });

  it("keep the newest thousand and count the others", () => {
    let list = empty;
    for (let index = 0; index < 1_025; index += 1) list = lettersAfter(list, letter(`${index}`));
    expect(list.letters).toHaveLength(1_000);
    expect(list.dropped).toBe(25);
    expect([ids(list)[0], ids(list).at(-1)]).toEqual(["1024", "25"]);
  });

  it("stay small whatever an event brings: an event may have a megabyte", () => {
    const huge = "x".repeat(1_000_000);
    const big = letter(huge, { reason: huge, eventType: huge, source: huge });
    const list = lettersAfter(empty, big);
    expect(JSON.stringify(list).length).toBeLessThan(3_000);
    expect(lettersAfter(list, big)).toEqual(list);
  });

  it("count every letter exactly once, kept or dropped", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30)), (numbers) => {
        let list = empty;
        for (const number of numbers) list = lettersAfter(list, letter(`${number}`));
        expect(list.letters.length + list.dropped).toBe(new Set(numbers).size);
        expect(lettersAfter(lettersAfter(list, letter("x")), letter("x"))).toEqual(lettersAfter(list, letter("x")));
      }),
    );
  });
});
