import { describe, expect, it } from "vitest";
import { MOST_TRIES, type UndoNote, type UndoRecord, undosAfter, undosToTry } from "./undo-record.ts";

const note = (pool: string, ...nodes: string[]): UndoNote => ({
  site: { runId: "r1", part: "r1:c1", pool: { name: pool } } as unknown as UndoNote["site"],
  steps: nodes.map((node) => ({ do: "uncordon", nodes: [node] })),
});
const standing = (record: UndoRecord) =>
  undosToTry(record).map(({ site, steps }) => `${site.pool.name} ${steps.length}`);
const recordOf = (...notes: ReadonlyArray<readonly [string, UndoNote | null]>) =>
  notes.reduce<UndoRecord>((record, [operation, told]) => undosAfter(record, operation, told), {});

describe("what a run has on record to undo", () => {
  it.each<[string, ReadonlyArray<readonly [string, UndoNote | null]>, string[]]>([
    [
      "is what was noted last of each pool",
      [
        ["note", note("a", "1")],
        ["note", note("a", "1", "2")],
      ],
      ["a 2"],
    ],
    [
      "is kept pool by pool",
      [
        ["note", note("b", "1")],
        ["note", note("a", "1")],
      ],
      ["a 1", "b 1"],
    ],
    [
      "is nothing once nothing stands",
      [
        ["note", note("a", "1")],
        ["note", note("a")],
      ],
      [],
    ],
    [
      "is nothing once the run has reported",
      [
        ["note", note("a", "1")],
        ["drop", null],
      ],
      [],
    ],
    [
      "stays after a try in vain",
      [
        ["note", note("a", "1")],
        ["failed", note("a", "1")],
      ],
      ["a 1"],
    ],
    [
      "goes when a try succeeds",
      [
        ["note", note("a", "1")],
        ["failed", note("a")],
      ],
      [],
    ],
  ])("%s", (_, notes, expected) => {
    expect(standing(recordOf(...notes))).toEqual(expected);
  });

  it("is left to people after a day of tries, which a note of the same try does not count anew", () => {
    const tries = (count: number) =>
      recordOf(
        ...Array.from({ length: count }, () => [
          ["note", note("a", "1")] as const,
          ["failed", note("a", "1")] as const,
        ]).flat(),
      );
    expect(standing(tries(MOST_TRIES - 1))).toEqual(["a 1"]);
    expect(standing(tries(MOST_TRIES))).toEqual([]);
  });
});
