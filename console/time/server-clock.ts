/** Differences below this come from the whole seconds of the Date header and from the network. */
const JITTER_MS = 1_500;

/** The server's time. It may run on a simulated clock, far from the browser's. */
export interface ServerClock {
  /** Milliseconds since the epoch, as far as the answers so far tell; before the first one, the browser's own. */
  nowMs(): number;
  /**
   * Takes up what an answer tells of the server's time.
   *
   * @param dateMs its Date header, if it has one
   * @param latestMs the latest instant that the answer says has passed: the server's time is never before it
   */
  observe(dateMs: number | undefined, latestMs: number | undefined): void;
}

/**
 * Keeps the server's time between answers.
 *
 * @param monotonicMs time that only goes forward, such as `performance.now`
 * @param browserNowMs the browser's own clock
 */
export function createServerClock(monotonicMs: () => number, browserNowMs: () => number): ServerClock {
  let aheadMs: number | undefined;
  const nowMs = () => (aheadMs === undefined ? browserNowMs() : monotonicMs() + aheadMs);
  return {
    nowMs,
    observe(dateMs, latestMs) {
      const observedMs = Math.max(dateMs ?? Number.NEGATIVE_INFINITY, latestMs ?? Number.NEGATIVE_INFINITY);
      if (!Number.isFinite(observedMs)) return;
      if (aheadMs !== undefined && Math.abs(observedMs - nowMs()) < JITTER_MS) return;
      aheadMs = observedMs - monotonicMs();
    },
  };
}
