/** Asks again and again. */
export interface Poller {
  /** Asks now, unless an answer is awaited; the wait for the next time begins anew. */
  askNow(): void;
  /** While paused nothing is asked. Resuming asks at once. */
  setPaused(isPaused: boolean): void;
  /** Ends it: what is awaited is aborted, and nothing is asked again. */
  stop(): void;
}

/**
 * Begins to ask, at once unless paused. One question at a time: the wait begins when the answer is there.
 *
 * @param ask asks once and resolves with the milliseconds until the next time, undefined for never again; rejects only when
 *   its signal aborts
 */
export function startPoller(ask: (signal: AbortSignal) => Promise<number | undefined>, isPaused: boolean): Poller {
  const ending = new AbortController();
  let paused = isPaused;
  let asking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function turn(): Promise<void> {
    clearTimeout(timer);
    asking = true;
    try {
      const waitMs = await ask(ending.signal);
      if (waitMs === undefined || ending.signal.aborted || paused) return;
      timer = setTimeout(begin, waitMs);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      asking = false;
    }
  }

  function begin(): void {
    if (!asking && !paused && !ending.signal.aborted) void turn();
  }

  begin();
  return {
    askNow: begin,
    setPaused(next) {
      if (paused === next) return;
      paused = next;
      if (paused) clearTimeout(timer);
      else begin();
    },
    stop() {
      clearTimeout(timer);
      ending.abort();
    },
  };
}

/** Wait after failures in a row, in milliseconds: doubled each time, from 2 s to 30 s. */
export function waitAfterFailuresMs(failures: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(failures, 5));
}
