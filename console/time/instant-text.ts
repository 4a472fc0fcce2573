import { durationText } from "./duration-text.ts";

/** An instant in UTC to the second: `2026-11-21 03:04:05 UTC`. */
export function fullText(instantMs: number): string {
  return `${new Date(instantMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** The time of day of an instant in UTC: `03:04:05 UTC`. */
export function clockText(instantMs: number): string {
  return fullText(instantMs).slice(11);
}

/** An instant as short as it stays clear: the time of day when it is on the same UTC day as now, else with its date. */
export function shortText(instantMs: number, nowMs: number): string {
  const full = fullText(instantMs);
  const isToday = full.slice(0, 10) === fullText(nowMs).slice(0, 10);
  return isToday ? `${full.slice(11, 16)} UTC` : `${full.slice(0, 16)} UTC`;
}

/** An instant as seen from now: `3 min ago`, `in 2 h`. */
export function relativeText(instantMs: number, nowMs: number): string {
  return instantMs > nowMs ? `in ${durationText(instantMs - nowMs)}` : `${durationText(nowMs - instantMs)} ago`;
}
