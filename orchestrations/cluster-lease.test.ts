import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LeaseState, leaseAfter } from "./cluster-lease.ts";

const T0 = "2026-03-01T12:00:00Z";
const T1 = "2026-03-01T12:05:00Z";
const free: LeaseState = { owner: null, queue: [] };
const heldByA: LeaseState = { owner: { id: "a", since: T0 }, queue: [] };

function lease(owner: string | null, ...queue: string[]): LeaseState {
  return { owner: owner === null ? null : { id: owner, since: T0 }, queue };
}

describe("a cluster's lease", () => {
  it.each([
    ["goes to who asks first", free, "acquire", "a", { owner: { id: "a", since: T1 }, queue: [] }, { granted: true }],
    ["is still its owner's, who asks again", heldByA, "acquire", "a", heldByA, { granted: true }],
    [
      "is refused to others, who queue and hear who holds it since when",
      heldByA,
      "acquire",
      "b",
      lease("a", "b"),
      { granted: false, holder: "a", since: T0 },
    ],
    [
      "queues nobody twice",
      lease("a", "b", "c"),
      "acquire",
      "b",
      lease("a", "b", "c"),
      { granted: false, holder: "a", since: T0 },
    ],
    ["is free once it is given back", heldByA, "release", "a", free, undefined],
    [
      "goes to the first who waits",
      lease(null, "b", "c"),
      "acquire",
      "b",
      { owner: { id: "b", since: T1 }, queue: ["c"] },
      { granted: true },
    ],
    [
      "is kept for the first who waits, whom the others hear of",
      lease(null, "b", "c"),
      "acquire",
      "c",
      lease(null, "b", "c"),
      { granted: false, holder: "b", since: T1 },
    ],
    [
      "is kept for those who wait when somebody new asks",
      lease(null, "b"),
      "acquire",
      "d",
      lease(null, "b", "d"),
      { granted: false, holder: "b", since: T1 },
    ],
    ["is not given back by who does not hold it", heldByA, "release", "b", heldByA, undefined],
    ["is waited for no longer by who gives up", lease("a", "b", "c"), "release", "b", lease("a", "c"), undefined],
    ["stays as it is at an operation that nobody knows", heldByA, "steal", "b", heldByA, undefined],
  ])("%s", (_rule, state, operation, id, expected, answer) => {
    const after = leaseAfter(state, operation, { id, at: T1 });
    expect(after.state).toEqual(expected);
    expect(after.answer).toEqual(answer);
  });

  const steps = fc.array(fc.tuple(fc.constantFrom("acquire", "release"), fc.constantFrom("a", "b", "c", "d")), {
    maxLength: 40,
  });

  it("has one owner at a time, who keeps it until it is given back, and a queue of others", () => {
    fc.assert(
      fc.property(steps, (list) => {
        let state = free;
        for (const [operation, id] of list) {
          const before = state;
          const after = leaseAfter(state, operation, { id, at: T1 });
          ({ state } = after);
          expect(new Set(state.queue).size).toBe(state.queue.length);
          expect(state.queue).not.toContain(state.owner?.id);
          if (before.owner && !(operation === "release" && id === before.owner.id))
            expect(state.owner).toEqual(before.owner);
          if (operation === "acquire") expect(after.answer?.granted).toBe(state.owner?.id === id);
        }
      }),
    );
  });

  it("is granted in the order in which it was asked for", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(["a", "b", "c", "d", "e"], { minLength: 1 }), fc.gen(), (order, gen) => {
        let state = free;
        for (const id of order) ({ state } = leaseAfter(state, "acquire", { id, at: T0 }));
        const granted: string[] = [];
        while (granted.length < order.length) {
          const holder = state.owner?.id;
          if (holder !== undefined) {
            granted.push(holder);
            ({ state } = leaseAfter(state, "release", { id: holder, at: T1 }));
          }
          // Whoever asks meanwhile, and how often, changes nothing.
          const waiting = order.filter((id) => !granted.includes(id));
          for (const id of gen(() => fc.shuffledSubarray(waiting)))
            ({ state } = leaseAfter(state, "acquire", { id, at: T1 }));
          for (const id of waiting) ({ state } = leaseAfter(state, "acquire", { id, at: T1 }));
        }
        expect(granted).toEqual(order);
      }),
    );
  });

  it("may hear every operation twice without harm", () => {
    fc.assert(
      fc.property(steps, (list) => {
        let once = free;
        let twice = free;
        for (const [operation, id] of list) {
          ({ state: once } = leaseAfter(once, operation, { id, at: T0 }));
          ({ state: twice } = leaseAfter(leaseAfter(twice, operation, { id, at: T0 }).state, operation, {
            id,
            at: T0,
          }));
        }
        expect(twice).toEqual(once);
      }),
    );
  });
});
