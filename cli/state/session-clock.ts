import type { SessionClock } from "./session.ts";

/** The virtual time at a real moment, both in milliseconds since the Unix epoch. */
export function virtualTime(clock: SessionClock, realMs: number): number {
  return clock.virtualMs + Math.max(0, realMs - clock.realMs) * clock.speed;
}

/**
 * The clock of the next start: virtual time goes on from where it last was, at the new speed. It never goes back, and the
 * time in which nothing ran does not count.
 *
 * @param lastSeenMs the last real moment at which anything of the earlier start is known to have run
 */
export function continueClock(
  kept: SessionClock,
  options: { nowMs: number; lastSeenMs: number; speed: number },
): SessionClock {
  const { nowMs, speed } = options;
  // A file's time of change can lie ahead of ours when the machine's clock was set back.
  const endedMs = Math.max(kept.lastRealMs, Math.min(options.lastSeenMs, nowMs));
  return { speed, realMs: nowMs, virtualMs: Math.ceil(virtualTime(kept, endedMs)), lastRealMs: nowMs };
}

/** The clock of a first start: virtual time begins now. */
export function beginClock(nowMs: number, speed: number): SessionClock {
  return { speed, realMs: nowMs, virtualMs: nowMs, lastRealMs: nowMs };
}

/** The clock as the programs' `--clock-origin` takes it. */
export function originArgument(clock: SessionClock): string {
  return `${clock.realMs},${clock.virtualMs}`;
}
