import type { EntryChange, Journal } from "./journal.ts";

/** Called for every change of a collection, also when a failed transaction takes one back. */
export type ChangeListener<T> = (key: string, before: T | undefined, after: T | undefined) => void;

/** A named set of plain values. Values are never changed in place: a change puts a new value. */
export interface Collection<T> {
  readonly name: string;
  readonly size: number;
  get(key: string): T | undefined;
  keys(): string[];
  values(): T[];
  put(key: string, value: T): void;
  delete(key: string): void;
  onChange(listener: ChangeListener<T>): void;
}

/** The state of the world: collections in memory, loaded when first touched, written to the journal by transaction. */
export class Store {
  readonly #journal: Journal;
  readonly #opened = new Set<string>();
  #open = false;
  #undo: Array<() => void> = [];
  #changes = new Map<string, EntryChange>();
  #afterCommit: Array<() => void> = [];
  #afterRollback: Array<() => void> = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** The collection of this name. `parse` checks what the journal holds; it throws for a state of another shape. */
  collection<T>(name: string, parse: (value: unknown) => T): Collection<T> {
    if (this.#opened.has(name)) throw new Error(`collection ${name} is already open`);
    const entries = this.#journal.load(name).map(([key, value]) => [key, parseEntry(name, key, value, parse)] as const);
    this.#opened.add(name);
    return new EntryCollection<T>(name, new Map(entries), (undo, change) => this.#record(undo, change));
  }

  get inTransaction(): boolean {
    return this.#open;
  }

  /**
   * Runs `change`; when it returns, everything it put or deleted is durable; when it throws, nothing has happened.
   * A transaction inside another joins it.
   */
  transaction<R>(change: () => R): R {
    if (this.#open) return change();
    this.#open = true;
    try {
      const result = change();
      if (this.#changes.size > 0) this.#journal.commit([...this.#changes.values()]);
      const actions = this.#afterCommit;
      this.#reset();
      for (const action of actions) action();
      return result;
    } catch (error) {
      if (this.#open) this.#rollBack();
      throw error;
    }
  }

  /** Runs one of the two when the transaction under way has ended. */
  afterTransaction(committed: () => void, rolledBack: () => void): void {
    this.#afterCommit.push(committed);
    this.#afterRollback.push(rolledBack);
  }

  close(): void {
    this.#journal.close();
  }

  #record(undo: () => void, change: EntryChange): void {
    if (!this.#open) throw new Error(`${change.collection}/${change.key} changed outside of a transaction`);
    this.#undo.push(undo);
    this.#changes.set(`${change.collection}\n${change.key}`, change);
  }

  #rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    const actions = this.#afterRollback;
    this.#reset();
    for (const action of actions) action();
  }

  #reset(): void {
    this.#open = false;
    this.#undo = [];
    this.#changes = new Map();
    this.#afterCommit = [];
    this.#afterRollback = [];
  }
}

function parseEntry<T>(collection: string, key: string, value: unknown, parse: (value: unknown) => T): T {
  try {
    return parse(value);
  } catch (error) {
    const message = `the state holds an entry of another version (${collection} ${key}); remove the state folder to start over`;
    throw new Error(message, { cause: error });
  }
}

class EntryCollection<T> implements Collection<T> {
  readonly name: string;
  readonly #entries: Map<string, T>;
  readonly #record: (undo: () => void, change: EntryChange) => void;
  readonly #listeners: Array<ChangeListener<T>> = [];

  constructor(name: string, entries: Map<string, T>, record: (undo: () => void, change: EntryChange) => void) {
    this.name = name;
    this.#entries = entries;
    this.#record = record;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  values(): T[] {
    return [...this.#entries.values()];
  }

  put(key: string, value: T): void {
    this.#change(key, value);
  }

  delete(key: string): void {
    this.#change(key, undefined);
  }

  onChange(listener: ChangeListener<T>): void {
    this.#listeners.push(listener);
  }

  #change(key: string, after: T | undefined): void {
    const before = this.#entries.get(key);
    if (before === undefined && after === undefined) return;
    this.#record(() => this.#set(key, after, before), { collection: this.name, key, value: after });
    this.#set(key, before, after);
  }

  #set(key: string, before: T | undefined, after: T | undefined): void {
    if (after === undefined) this.#entries.delete(key);
    else this.#entries.set(key, after);
    for (const listener of this.#listeners) listener(key, before, after);
  }
}
