import { describe, expect, it } from "vitest";
import type { RunRecord } from "../domain/run-status.ts";
import type { EntityContext } from "./durable.ts";
import { NAMED_EVENTS, runRecord } from "./run-record.ts";

/** Does operations on a record one after the other; answers its state and what each operation answered. */
function recordAfter(...operations: ReadonlyArray<readonly [name: string, input?: unknown]>) {
  let state: RunRecord | undefined;
  const answers: unknown[] = [];
  for (const [operationName, input] of operations) {
    const df = {
      operationName,
      getState: (initial: () => RunRecord) => state ?? initial(),
      setState: (next: RunRecord) => {
        state = next;
      },
      getInput: () => input,
      return: (answer: unknown) => answers.push(answer),
    };
    runRecord({ df } as unknown as EntityContext<RunRecord>);
  }
  return { state, answers };
}

const event = (id: string) => ({ id, source: "/x/dev-weu" });

describe("the record of a run", () => {
  it("names each folded event once", () => {
    const { state } = recordAfter(["fold", event("a")], ["fold", event("b")], ["fold", event("a")]);
    expect(state?.folded).toEqual([event("a"), event("b")]);
  });

  it("takes no event in once it was read for the report, so that none is in no report", () => {
    const { state, answers } = recordAfter(["fold", event("a")], ["close"], ["fold", event("late")]);
    expect(answers).toEqual([{ cancellation: null, folded: [event("a")] }]);
    expect(state).toMatchObject({ folded: [event("a")], closed: true });
  });

  it("keeps the first cancellation, and names so many events at most", () => {
    const cancellation = (by: string) => ({ by, reason: "freeze", at: "2026-11-21T08:00:00Z" });
    const many = Array.from({ length: NAMED_EVENTS + 5 }, (_, index) => ["fold", event(`e-${index}`)] as const);
    const { state } = recordAfter(["cancel", cancellation("ada")], ["cancel", cancellation("bob")], ...many);
    expect(state?.cancellation?.by).toBe("ada");
    expect(state?.folded).toHaveLength(NAMED_EVENTS);
  });
});
