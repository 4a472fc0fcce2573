import { spread } from "./choose-point.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * When a cluster's test begins, within the days over which the plan spreads its tests: by the cluster's name, so that it has
 * the same moment every month, and the fleet does not begin at once.
 */
export function testMoment(cluster: string, scheduledMs: number, spreadDays: number): number {
  return scheduledMs + spread(cluster, Math.max(1, spreadDays * DAY_MINUTES)) * MINUTE_MS;
}
