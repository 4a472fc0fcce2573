/**
 * Runs work that is due by key: each key at most once at a time, at most `concurrency` keys at once, in the order in which
 * they became due. Waking a key that runs makes it run once more.
 */
export class KeyedRunner<Key> {
  readonly #work: (key: Key) => Promise<void>;
  readonly #concurrency: number;
  readonly #ready = new Set<Key>();
  readonly #running = new Map<Key, { again: boolean }>();
  #stopped = false;
  #drained: Array<() => void> = [];

  constructor(concurrency: number, work: (key: Key) => Promise<void>) {
    this.#concurrency = concurrency;
    this.#work = work;
  }

  /** Says that there is work for a key. */
  wake(key: Key): void {
    if (this.#stopped) return;
    const running = this.#running.get(key);
    if (running) running.again = true;
    else this.#ready.add(key);
    this.#pump();
  }

  /** Keys that run or wait to run. */
  get size(): number {
    return this.#ready.size + this.#running.size;
  }

  /** Starts nothing more; resolves when what runs has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#ready.clear();
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  #pump(): void {
    while (!this.#stopped && this.#running.size < this.#concurrency && this.#ready.size > 0) {
      const [key] = this.#ready as Iterable<Key> as Set<Key>;
      this.#ready.delete(key as Key);
      void this.#run(key as Key);
    }
  }

  async #run(key: Key): Promise<void> {
    const state = { again: false };
    this.#running.set(key, state);
    try {
      await this.#work(key);
    } finally {
      this.#running.delete(key);
      if (state.again && !this.#stopped) this.#ready.add(key);
      if (this.#running.size === 0 && this.#stopped) {
        const drained = this.#drained;
        this.#drained = [];
        for (const resolve of drained) resolve();
      }
      this.#pump();
    }
  }
}
