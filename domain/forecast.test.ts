import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drainPolicySchema, fleetConfigSchema } from "./fleet-config.ts";
import { forecastPlan } from "./forecast.ts";
import type { ClusterPlan, RingPlan } from "./upgrade-plan.ts";
import { windowStateAt } from "./window.ts";

const NOON = Date.parse("2026-06-08T12:00:00Z");

/** A cluster whose upgrade is expected to take so many minutes, two of them around its one pool. */
function cluster(name: string, minutes: number, skip: string | null = null): ClusterPlan {
  const totalMs = (minutes - 2) * 60_000;
  const policy = { strategy: "surge", parallelDrains: 1, soakMinutes: 0, rollBack: true } as const;
  const pool = {
    ...{ name: "shop", mode: "User", osType: "Linux", count: 1, fromImage: "old", toImage: "new" },
    ...{ fromVersion: "1.33.5", toVersion: "1.33.5", policy, estimate: { totalMs, pieceMs: totalMs } },
  };
  const drain = { ...drainPolicySchema.parse({ barePods: "block", emptyDir: "block" }), stallMinutes: 10 };
  const left = { skip, skipCode: skip === null ? null : ("UpToDate" as const) };
  return { name, resourceId: `/${name}`, controlPlane: null, pools: skip === null ? [pool] : [], drain, ...left };
}

function ring(name: string, clusters: ClusterPlan[], config: object = {}): RingPlan {
  return { ring: fleetConfigSchema.shape.rings.element.parse({ name, ...config }), clusters, approvals: [] };
}

/** Monday nights, 22:00 to 02:00 UTC. */
const nights = { timeZone: "UTC", weekly: [{ days: ["mon"], start: "22:00", hours: 4 }] };

/** The forecast of a plan, a line for each cluster and ring, without the day where it is today. */
function lines(...rings: RingPlan[]): string[] {
  const short = (instant: string | null) => instant?.slice(0, 16).replace("2026-06-08T", "") ?? "never";
  return forecastPlan(rings, NOON).flatMap(({ ring: name, clusters, endsAt }) => [
    ...clusters.map((one) => {
      const when = one.startsAt === null ? "not" : `${short(one.startsAt)}-${short(one.endsAt)}`;
      return `${one.name}: ${when}${one.reason === null ? "" : ` (${one.reason})`}`;
    }),
    `${name} ends ${short(endsAt)}`,
  ]);
}

describe("the forecast of a plan", () => {
  it("takes clusters of a ring one after the other, and rings after one another and their soak", () => {
    const dev = ring("dev", [cluster("a", 60), cluster("b", 30)], { soakMinutes: 15 });
    expect(lines(dev, ring("prod", [cluster("c", 20)]))).toEqual([
      "a: 12:00-13:00",
      "b: 13:00-13:30",
      "dev ends 13:45",
      "c: 13:45-14:05",
      "prod ends 14:05",
    ]);
  });

  it("takes as many side by side as the ring allows, the next when one has ended", () => {
    const clusters = [cluster("a", 60), cluster("b", 20), cluster("c", 20), cluster("d", 30)];
    expect(lines(ring("prod", clusters, { maxParallel: 2 }))).toEqual([
      "a: 12:00-13:00",
      "b: 12:00-12:20",
      "c: 12:20-12:40",
      "d: 12:40-13:10",
      "prod ends 13:10",
    ]);
  });

  it("has no soak after the last ring, nor after a ring in which nothing is done", () => {
    const idle = ring("dev", [cluster("a", 2, "all node images are up to date")], { soakMinutes: 60 });
    expect(lines(idle, ring("prod", [cluster("b", 20)], { soakMinutes: 60 }))).toEqual([
      "a: not (all node images are up to date)",
      "dev ends 12:00",
      "b: 12:00-12:20",
      "prod ends 12:20",
    ]);
  });

  it("waits for the window of a ring, and says why", () => {
    expect(lines(ring("prod", [cluster("a", 60)], { window: nights }))).toEqual([
      "a: 22:00-23:00 (outside of the ring's window)",
      "prod ends 23:00",
    ]);
  });

  it("leaves what does not fit any more to the next opening", () => {
    expect(lines(ring("prod", [cluster("a", 180), cluster("b", 120)], { window: nights }))).toEqual([
      "a: 22:00-2026-06-09T01:00 (outside of the ring's window)",
      "b: 2026-06-15T22:00-2026-06-16T00:00 (the ring's window shuts in 60 min, and about 120 min are needed)",
      "prod ends 2026-06-16T00:00",
    ]);
  });

  it("says of what fits into no opening that it does not begin, and of what comes after it too", () => {
    const dev = ring("dev", [cluster("a", 600)], { window: nights });
    expect(lines(dev, ring("prod", [cluster("b", 20)]))).toEqual([
      "a: not (no opening of the ring's window is long enough: about 600 min are needed)",
      "dev ends never",
      "b: not (what comes before it cannot be placed in its window)",
      "prod ends never",
    ]);
  });

  it("never jumps a ring, never has more side by side than allowed, and begins nothing outside of a window", () => {
    const member = fc.tuple(fc.integer({ min: 3, max: 200 }), fc.boolean());
    const part = fc.record({
      members: fc.array(member, { minLength: 1, maxLength: 6 }),
      maxParallel: fc.integer({ min: 1, max: 3 }),
      soakMinutes: fc.nat(120),
      window: fc.constantFrom(null, nights),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 3 }), (parts) => {
        const rings = parts.map(({ members, ...config }, at) =>
          ring(
            `r${at}`,
            members.map(([minutes, idle], index) => cluster(`c${at}-${index}`, minutes, idle ? "idle" : null)),
            config,
          ),
        );
        let before = NOON;
        for (const [at, { clusters, endsAt }] of forecastPlan(rings, NOON).entries()) {
          const plan = rings[at];
          const spans = clusters.flatMap(({ startsAt, endsAt: end }) =>
            startsAt === null || end === null ? [] : [{ from: Date.parse(startsAt), to: Date.parse(end) }],
          );
          expect(spans).toHaveLength(plan?.clusters.filter(({ skip }) => skip === null).length ?? -1);
          for (const { from, to } of spans) {
            expect(from).toBeGreaterThanOrEqual(before);
            expect(to).toBeLessThanOrEqual(Date.parse(endsAt ?? ""));
            const together = spans.filter((other) => other.from <= from && from < other.to).length;
            expect(together).toBeLessThanOrEqual(plan?.ring.maxParallel ?? 0);
            if (plan?.ring.window) expect(windowStateAt(plan.ring.window, from).open).toBe(true);
          }
          before = Date.parse(endsAt ?? "");
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("work that is longer than an opening", () => {
  const long = (name: string, minutes: number): ClusterPlan => {
    const one = cluster(name, minutes);
    const pieceMs = 30 * 60_000;
    return { ...one, pools: one.pools.map((pool) => ({ ...pool, estimate: { ...pool.estimate, pieceMs } })) };
  };

  it("is held at its end, where no other piece fits, and goes on in the next one", () => {
    // Two minutes around it, and pieces of 32: seven of them fit into the first night, and 96 minutes are left.
    expect(lines(ring("prod", [long("a", 320)], { window: nights }))).toEqual([
      "a: 22:00-2026-06-15T23:36 (outside of the ring's window)",
      "prod ends 2026-06-15T23:36",
    ]);
  });

  it("goes over as many openings as it takes", () => {
    expect(lines(ring("prod", [long("a", 224 * 2 + 20)], { window: nights }))).toEqual([
      "a: 22:00-2026-06-22T22:20 (outside of the ring's window)",
      "prod ends 2026-06-22T22:20",
    ]);
  });
});
