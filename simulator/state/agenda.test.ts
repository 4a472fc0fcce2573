import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Agenda } from "./agenda.ts";
import { createMemoryJournal } from "./journal.ts";
import { Store } from "./store.ts";

function emptied(store: Store, agenda: Agenda): Array<readonly [number, string]> {
  const seen: Array<readonly [number, string]> = [];
  for (let next = agenda.first(); next; next = agenda.first()) {
    const due = next;
    seen.push([due.dueMs, due.kind]);
    store.transaction(() => agenda.remove(due));
  }
  return seen;
}

describe("the agenda", () => {
  it("tells what is due first, and of equals what was asked first", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (instants) => {
        const store = new Store(createMemoryJournal());
        const agenda = new Agenda(store);
        store.transaction(() => {
          for (const [index, dueMs] of instants.entries()) agenda.schedule(dueMs, String(index), {});
        });
        const wanted = instants.map((dueMs, index) => [dueMs, String(index)] as const);
        expect(emptied(store, agenda)).toEqual(wanted.sort((left, right) => left[0] - right[0]));
      }),
    );
  });

  it("forgets what a change asked for that was taken back, and keeps what it took away", () => {
    const store = new Store(createMemoryJournal());
    const agenda = new Agenda(store);
    store.transaction(() => agenda.schedule(5, "kept", {}));
    const fail = () =>
      store.transaction(() => {
        agenda.schedule(1, "taken back", {});
        const kept = agenda.first();
        if (kept) agenda.remove(kept);
        throw new Error("no");
      });
    expect(fail).toThrow("no");
    const first = agenda.first();
    if (!first) throw new Error("nothing is due");
    store.transaction(() => agenda.remove(first));
    store.transaction(() => agenda.schedule(3, "later", {}));
    expect(emptied(store, agenda)).toEqual([[3, "later"]]);
  });
});
