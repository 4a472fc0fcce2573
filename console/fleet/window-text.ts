import type { RingConfig } from "../../domain/fleet-config.ts";

type Window = NonNullable<RingConfig["window"]>;

/** When a ring may be changed, a line for each weekly time: `fri, sat from 22:00 for 6 h (Europe/Berlin)`. */
export function windowLines({ timeZone, weekly }: Pick<Window, "timeZone" | "weekly">): string[] {
  return weekly.map(({ days, start, hours }) => `${days.join(", ")} from ${start} for ${hours} h (${timeZone})`);
}

/** The freezes of a ring that are not over, a line each. Days are compared as written, in the ring's own zone give or take. */
export function freezeLines({ freezes }: Pick<Window, "freezes">, nowMs: number): string[] {
  // A day's grace: the ring's day may begin before and end after the UTC day.
  const yesterday = new Date(nowMs - 86_400_000).toISOString().slice(0, 10);
  return freezes
    .filter(({ to }) => to >= yesterday)
    .map(({ from, to, reason }) => `frozen ${from === to ? from : `${from} to ${to}`}: ${reason}`);
}
