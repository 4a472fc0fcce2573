import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListedRun } from "../domain/run-status.ts";
import { listAfter } from "./run-index.ts";

const START = "2026-03-01T12:00:00Z";
const END = "2026-03-01T14:00:00Z";

function started(id: string) {
  const trigger = { by: "alex", reason: "CVE-2026-1", event: null };
  return { id, kind: "upgrade", trigger, facts: null, startedAt: START } as const;
}

function listed(id: string, change: Partial<ListedRun> = {}): ListedRun {
  return { ...started(id), endedAt: null, verdict: null, ...change } as ListedRun;
}

describe("the list of runs", () => {
  it.each<[string, ListedRun[], string, Parameters<typeof listAfter>[2], ListedRun[]]>([
    ["begins with the first run, which has not ended", [], "start", started("r1"), [listed("r1")]],
    ["has the newest first", [listed("r1")], "start", started("r2"), [listed("r2"), listed("r1")]],
    ["has each run once", [listed("r2"), listed("r1")], "start", started("r1"), [listed("r2"), listed("r1")]],
    [
      "keeps the end of a run whose start is told again",
      [listed("r1", { endedAt: END, verdict: "passed" })],
      "start",
      started("r1"),
      [listed("r1", { endedAt: END, verdict: "passed" })],
    ],
    [
      "notes how a run ended",
      [listed("r2"), listed("r1")],
      "end",
      { id: "r1", verdict: "failed", endedAt: END },
      [listed("r2"), listed("r1", { verdict: "failed", endedAt: END })],
    ],
    [
      "does not mind the end of a run that it no longer has",
      [listed("r1")],
      "end",
      { id: "r0", verdict: "passed" },
      [listed("r1")],
    ],
    ["stays as it is at an operation that nobody knows", [listed("r1")], "clear", { id: "r1" }, [listed("r1")]],
  ])("%s", (_rule, list, operation, run, expected) => {
    expect(listAfter(list, operation, run)).toEqual(expected);
  });

  it("keeps the newest 200", () => {
    let list: readonly ListedRun[] = [];
    for (let index = 0; index < 230; index += 1) list = listAfter(list, "start", started(`r${index}`));
    expect(list).toHaveLength(200);
    expect([list[0]?.id, list.at(-1)?.id]).toEqual(["r229", "r30"]);
  });

  it("is the same when everything is told twice", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("start", "end"), fc.integer({ min: 1, max: 5 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (list) => {
        let once: readonly ListedRun[] = [];
        let twice: readonly ListedRun[] = [];
        for (const [operation, number] of list) {
          const id = `r${number}`;
          const run = operation === "start" ? started(id) : ({ id, verdict: "passed", endedAt: END } as const);
          once = listAfter(once, operation, run);
          twice = listAfter(listAfter(twice, operation, run), operation, run);
        }
        expect(twice).toEqual(once);
        expect(new Set(once.map(({ id }) => id)).size).toBe(once.length);
      }),
    );
  });
});
