import { z } from "zod";
import { findingSchema } from "../finding.ts";
import { forecastPlan } from "../forecast.ts";
import type { RingPlan, UpgradePlan } from "../upgrade-plan.ts";
import { windowStateAt } from "../window.ts";

const instant = z.iso.datetime().describe("ISO 8601 instant, UTC");

/** A pool's part of a plan, as the API shows it. */
export const planPoolSchema = z
  .object({
    name: z.string(),
    mode: z.string(),
    strategy: z.enum(["surge", "blueGreen"]),
    count: z.int(),
    fromImage: z.string(),
    toImage: z.string(),
    fromVersion: z.string(),
    toVersion: z.string(),
    estimatedMinutes: z.int(),
  })
  .meta({ id: "PlannedPool" });

/** A cluster's part of a plan. Times are a forecast. */
export const planClusterSchema = z
  .object({
    name: z.string(),
    /** Why it is left alone, if it is. */
    skip: z.string().nullable(),
    controlPlane: z.object({ kind: z.enum(["patch", "minor"]), from: z.string(), to: z.string() }).nullable(),
    pools: z.array(planPoolSchema),
    estimatedMinutes: z.int(),
    startsAt: instant.nullable(),
    endsAt: instant.nullable(),
    /** Why it does not begin at once. */
    reason: z.string().nullable(),
  })
  .meta({ id: "PlannedCluster" });

/** A ring's part of a plan. */
export const planRingSchema = z
  .object({
    name: z.string(),
    maxParallel: z.int(),
    soakMinutes: z.number(),
    /** What a person has to approve before it begins. */
    approvals: z.array(z.string()),
    /** How its window stands; null when it has none. */
    window: z
      .object({
        open: z.boolean(),
        closesAt: instant.nullable(),
        opensAt: instant.nullable(),
        reason: z.string().nullable(),
      })
      .nullable(),
    endsAt: instant.nullable(),
    clusters: z.array(planClusterSchema),
  })
  .meta({ id: "PlannedRing" });

/** A plan, as the API, the console and the command line show it. */
export const planViewSchema = z
  .object({
    id: z.string(),
    kind: z.literal("upgrade"),
    plannedAt: instant,
    fleetDigest: z.string(),
    endsAt: instant.nullable(),
    rings: z.array(planRingSchema),
    findings: z.array(findingSchema),
  })
  .meta({ id: "Plan" });
export type PlanView = z.infer<typeof planViewSchema>;

interface Planned {
  readonly plan: UpgradePlan;
  readonly fleetDigest: string;
  readonly plannedAt: string;
}

/** A plan with its forecast from a moment on. */
export function planView(id: string, { plan, fleetDigest, plannedAt }: Planned, nowMs: number): PlanView {
  const forecast = forecastPlan(plan.rings, nowMs);
  const rings = plan.rings.map((ring, index) => ringView(ring, forecast[index], nowMs));
  return {
    id,
    kind: "upgrade",
    plannedAt,
    fleetDigest,
    endsAt: rings.at(-1)?.endsAt ?? null,
    rings,
    findings: [...plan.findings],
  };
}

function ringView(
  { ring, clusters, approvals }: RingPlan,
  forecast: ReturnType<typeof forecastPlan>[number] | undefined,
  nowMs: number,
): PlanView["rings"][number] {
  return {
    name: ring.name,
    maxParallel: ring.maxParallel,
    soakMinutes: ring.soakMinutes,
    approvals: approvals.map(({ what }) => what),
    window: ring.window === null ? null : windowView(ring.window, nowMs),
    endsAt: forecast?.endsAt ?? null,
    clusters: clusters.map(({ name, skip, controlPlane, pools }, index) => {
      const expected = forecast?.clusters[index];
      return {
        name,
        skip,
        controlPlane,
        pools: pools.map(({ policy, estimate, osType: _, ...pool }) => ({
          ...pool,
          strategy: policy.strategy,
          estimatedMinutes: Math.ceil(estimate.totalMs / 60_000),
        })),
        estimatedMinutes: expected?.estimatedMinutes ?? 0,
        startsAt: expected?.startsAt ?? null,
        endsAt: expected?.endsAt ?? null,
        reason: skip ?? expected?.reason ?? null,
      };
    }),
  };
}

function windowView(window: NonNullable<RingPlan["ring"]["window"]>, nowMs: number) {
  const state = windowStateAt(window, nowMs);
  if (state.open) return { open: true, closesAt: iso(state.closesAtMs), opensAt: null, reason: null };
  return {
    open: false,
    closesAt: null,
    opensAt: state.opensAtMs === null ? null : iso(state.opensAtMs),
    reason: state.reason,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
