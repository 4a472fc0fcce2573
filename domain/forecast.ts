import { admitWork, type WorkEstimate } from "./admit-work.ts";
import { estimateCluster } from "./estimate.ts";
import type { ClusterPlan, RingPlan } from "./upgrade-plan.ts";
import { windowStateAt } from "./window.ts";

/** When a cluster's part of a plan is expected to begin and end; null where that cannot be said. */
export interface ClusterForecast {
  readonly name: string;
  readonly estimatedMinutes: number;
  readonly startsAt: string | null;
  readonly endsAt: string | null;
  /** Why it does not begin at once, or will not begin at all. */
  readonly reason: string | null;
}

/** When a ring is expected to begin and end, its soak included. */
export interface RingForecast {
  readonly ring: string;
  readonly clusters: readonly ClusterForecast[];
  readonly endsAt: string | null;
}

const MINUTE_MS = 60_000;

/**
 * Forecasts a plan from a moment on: rings in order, in each as many clusters side by side as it allows, each when its window
 * has room for it; approvals are taken to be given at once. It goes by estimates and says so by being one.
 */
export function forecastPlan(rings: readonly RingPlan[], nowMs: number): RingForecast[] {
  let fromMs: number | null = nowMs;
  return rings.map((plan, index) => {
    const { forecast, endMs } = forecastRing(plan, fromMs);
    const soakMs = index === rings.length - 1 ? 0 : plan.ring.soakMinutes * MINUTE_MS;
    const hasWork = forecast.some(({ startsAt }) => startsAt !== null);
    fromMs = endMs === null ? null : endMs + (hasWork ? soakMs : 0);
    return { ring: plan.ring.name, clusters: forecast, endsAt: iso(fromMs) };
  });
}

function forecastRing(
  { ring, clusters }: RingPlan,
  fromMs: number | null,
): { readonly forecast: ClusterForecast[]; readonly endMs: number | null } {
  const lanes = Array<number | null>(ring.maxParallel).fill(fromMs);
  const forecast = clusters.map((cluster): ClusterForecast => {
    if (cluster.skip !== null) return leftAlone(cluster);
    const lane = earliest(lanes);
    const { totalMs } = estimateCluster(cluster);
    const placed = place(cluster, ring.window, lanes[lane] ?? null);
    lanes[lane] = placed.startMs === null ? null : endOf(ring.window, placed.startMs, estimateCluster(cluster));
    return {
      name: cluster.name,
      estimatedMinutes: Math.ceil(totalMs / MINUTE_MS),
      startsAt: iso(placed.startMs),
      endsAt: iso(lanes[lane] ?? null),
      reason: placed.reason,
    };
  });
  const isOpen = lanes.every((lane) => lane !== null);
  return { forecast, endMs: isOpen && fromMs !== null ? Math.max(...lanes) : null };
}

function place(
  cluster: ClusterPlan,
  window: RingPlan["ring"]["window"],
  fromMs: number | null,
): { readonly startMs: number | null; readonly reason: string | null } {
  if (fromMs === null) return { startMs: null, reason: "what comes before it cannot be placed in its window" };
  const admission = admitWork(window, fromMs, estimateCluster(cluster));
  if (admission.admitted) return { startMs: fromMs, reason: null };
  return { startMs: admission.askAtMs, reason: admission.reason };
}

/** Openings over which the work of one cluster may go before it is said that its end is not known. */
const MOST_OPENINGS = 60;

/**
 * When work ends that begins at a moment: what is longer than the opening is held at its end and goes on in the next one, and
 * nothing is begun that could not end before. Null when that takes more openings than anybody would wait for.
 */
function endOf(window: RingPlan["ring"]["window"], startMs: number, { totalMs, pieceMs }: WorkEstimate): number | null {
  if (window === null) return startMs + totalMs;
  let atMs = startMs;
  let leftMs = totalMs;
  for (let opening = 0; opening < MOST_OPENINGS; ) {
    const state = windowStateAt(window, atMs);
    if (!state.open) {
      if (state.opensAtMs === null) return null;
      atMs = state.opensAtMs;
      continue;
    }
    const roomMs = state.closesAtMs - atMs;
    if (leftMs <= roomMs) return atMs + leftMs;
    leftMs -= roomMs - (roomMs % Math.max(1, pieceMs));
    atMs = state.closesAtMs;
    opening += 1;
  }
  return null;
}

function leftAlone({ name, skip }: ClusterPlan): ClusterForecast {
  return { name, estimatedMinutes: 0, startsAt: null, endsAt: null, reason: skip };
}

/** Index of the lane that is free first; one that never is comes last. */
function earliest(lanes: ReadonlyArray<number | null>): number {
  let best = 0;
  for (const [index, lane] of lanes.entries()) {
    if ((lane ?? Number.POSITIVE_INFINITY) < (lanes[best] ?? Number.POSITIVE_INFINITY)) best = index;
  }
  return best;
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
