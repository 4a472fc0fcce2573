import { describe, expect, it } from "vitest";
import type { OrchestrationContext, Step } from "./durable.ts";
import { inParts, type PartInput, type PartWork, partOrchestration } from "./fleet-parts.ts";

interface Child {
  readonly name: string;
  readonly input: PartInput<number, string>;
  readonly id: string;
}

const DOUBLE: PartWork<number, string, string> = {
  name: "double",
  *body(_context, items, unit): Step<string[]> {
    return items.map((item) => `${item * 2} ${unit}`);
  },
};

/** Runs a step whose children are run at once, and notes them. */
function run(items: readonly number[]): { readonly results: string[]; readonly children: Child[] } {
  const children: Child[] = [];
  const contextOf = (input: unknown) =>
    ({
      df: {
        instanceId: "run-1~plan",
        getInput: () => input,
        callSubOrchestrator: (name: string, child: Child["input"], id: string) => ({ name, input: child, id }),
      },
    }) as unknown as OrchestrationContext;
  const step = inParts(contextOf(null), DOUBLE, items, "nodes", "observe");
  let answer: unknown;
  for (;;) {
    const next = step.next(answer);
    if (next.done) return { results: next.value, children };
    const child = next.value as unknown as Child;
    children.push(child);
    answer = partOrchestration(DOUBLE)(contextOf(child.input)).next().value;
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe("work for a fleet", () => {
  it("is done here for few clusters", () => {
    expect(run(numbers(50))).toEqual({ results: numbers(50).map((n) => `${n * 2} nodes`), children: [] });
  });

  it("is done in parts for many, with its results in order", () => {
    const { results, children } = run(numbers(120));
    expect(results).toEqual(numbers(120).map((n) => `${n * 2} nodes`));
    expect(children.map(({ name, id, input }) => [name, id, input.items.length])).toEqual([
      ["double", "run-1~plan~observe~1", 50],
      ["double", "run-1~plan~observe~2", 50],
      ["double", "run-1~plan~observe~3", 20],
    ]);
  });
});
