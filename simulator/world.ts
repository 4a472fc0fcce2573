import { z } from "zod";
import type { SimulatorClock } from "./clock.ts";
import { createRandom, hashText, type Random } from "./random.ts";
import { Agenda } from "./state/agenda.ts";
import type { Collection, Store } from "./state/store.ts";

const worldFactsSchema = z.object({ startMs: z.number(), nowMs: z.number(), seed: z.number() });

/** What an agenda item does when its time has come. */
export type ActionHandler = (args: Readonly<Record<string, string>>) => void;

/** Says whether an agenda item does not happen after all. */
export type SkipCondition = (args: Readonly<Record<string, string>>) => boolean;

/** Thrown to take back a rehearsed change; carries what it came to. */
class Rehearsed {
  readonly outcome: unknown;

  constructor(outcome: unknown) {
    this.outcome = outcome;
  }
}

/**
 * Time, change and chance of the simulated world. Model time moves only here: to each due action's own instant, then to
 * the clock's. So what happens does not depend on how late the process gets to it, or on whether it was down meanwhile.
 */
export class World {
  readonly clock: SimulatorClock;
  readonly store: Store;
  readonly #agenda: Agenda;
  readonly #facts: Collection<z.infer<typeof worldFactsSchema>>;
  readonly #randomStates: Collection<number>;
  readonly #handlers = new Map<string, ActionHandler>();
  readonly #skips = new Map<string, SkipCondition>();
  readonly #settlers: Array<() => void> = [];
  #nowMs: number;
  #alarm: { dueMs: number; cancel(): void } | undefined;
  #closed = false;

  constructor(store: Store, clock: SimulatorClock, seed: number) {
    this.store = store;
    this.clock = clock;
    this.#facts = store.collection("world", (value) => worldFactsSchema.parse(value));
    this.#randomStates = store.collection("random", (value) => z.number().parse(value));
    this.#agenda = new Agenda(store);
    const known = this.#facts.get("facts");
    this.#nowMs = known?.nowMs ?? Math.floor(clock.nowMs());
    if (!known) {
      const facts = { startMs: this.#nowMs, nowMs: this.#nowMs, seed };
      store.transaction(() => this.#facts.put("facts", facts));
    }
  }

  /** The model's present: milliseconds since the Unix epoch. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** The instant at which this world was made; release instants of the fleet file count from it. */
  get startMs(): number {
    return this.facts.startMs;
  }

  /** The seed the world was made with: a kept world stays with its own. */
  get seed(): number {
    return this.facts.seed;
  }

  private get facts(): z.infer<typeof worldFactsSchema> {
    const facts = this.#facts.get("facts");
    if (!facts) throw new Error("the world has no facts");
    return facts;
  }

  /** The source of randomness of one part of the world; parts do not disturb one another. */
  random(part: string): Random {
    return createRandom(
      () => this.#randomStates.get(part) ?? hashText(`${this.seed}/${part}`),
      (state) => this.#randomStates.put(part, state),
    );
  }

  /** Says what a kind of agenda item does. */
  handle(kind: string, handler: ActionHandler): void {
    this.#handlers.set(kind, handler);
  }

  /** Lets a fault swallow agenda items of a kind: asked when one is due, inside its change. */
  skipWhen(kind: string, condition: SkipCondition): void {
    this.#skips.set(kind, condition);
  }

  /** Adds work that is done at the end of every change, before it is kept: the controllers. */
  settleWith(settler: () => void): void {
    this.#settlers.push(settler);
  }

  /** Puts something on the agenda, `delayMs` from the model's present. Only inside a change. */
  schedule(delayMs: number, kind: string, args: Record<string, string>): void {
    this.#agenda.schedule(Math.round(this.#nowMs + delayMs), kind, args);
  }

  /** Makes a change now: everything due is done first, then `change`, then the controllers; then it is durable. */
  change<R>(change: () => R): R {
    this.catchUp();
    return this.#commit(change);
  }

  /** What a change would come to; nothing of it stays. */
  rehearse<R>(change: () => R): R {
    this.catchUp();
    try {
      return this.store.transaction(() => {
        throw new Rehearsed(change());
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.outcome as R;
      throw error;
    }
  }

  /** Does everything that is due by the clock. */
  catchUp(): void {
    // What is under way happens at one instant.
    if (this.store.inTransaction) return;
    const untilMs = Math.floor(this.clock.nowMs());
    for (let due = this.#agenda.first(); due && due.dueMs <= untilMs; due = this.#agenda.first()) {
      const action = due;
      this.#nowMs = Math.max(this.#nowMs, action.dueMs);
      this.#commit(() => {
        this.#agenda.remove(action);
        const handler = this.#handlers.get(action.kind);
        if (!handler) throw new Error(`nothing handles agenda item ${action.kind}`);
        if (this.#skips.get(action.kind)?.(action.args) !== true) handler(action.args);
      });
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
    this.#arm();
  }

  /** Stops: nothing more happens, the state is closed. */
  close(): void {
    this.#closed = true;
    this.#alarm?.cancel();
    this.store.close();
  }

  #commit<R>(change: () => R): R {
    if (this.store.inTransaction) return change();
    const result = this.store.transaction(() => {
      const value = change();
      for (const settle of this.#settlers) settle();
      this.#facts.put("facts", { ...this.facts, nowMs: this.#nowMs });
      return value;
    });
    this.#arm();
    return result;
  }

  #arm(): void {
    const next = this.#agenda.first();
    if (this.#alarm?.dueMs === next?.dueMs || this.#closed) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (!next) return;
    const timer = this.clock.at(next.dueMs, () => {
      this.#alarm = undefined;
      if (!this.#closed) this.catchUp();
    });
    this.#alarm = { dueMs: next.dueMs, cancel: () => timer.cancel() };
  }
}
