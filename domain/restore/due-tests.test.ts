import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimTests, dueTests, endedAfter, type MonthlyTests, seenAfter, unseenClusters } from "./due-tests.ts";
import { type RestorePlan, restorePlanSchema } from "./restore-plan.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";

function plan(more: object = {}, clusters = ["prod-weu"]): RestorePlan {
  return restorePlanSchema.parse({
    ...{ timeZone: "UTC", spreadDays: 0 },
    scratch: { subscriptionId: SUBSCRIPTION, region: "westeurope" },
    clusters: clusters.map((cluster) => ({ cluster, provider: "velero" })),
    ...more,
  });
}

const known = (month: string | null, seenAt = "2026-01-01T00:00:00.000Z"): MonthlyTests => ({
  "prod-weu": { seenAt, month, run: null, begunAt: null, hasEnded: true },
});

/** The month that is due of one cluster, and since when. */
function dueAt(at: string, more: object = {}, before = known(null)): string {
  const [due] = dueTests(plan(more), before, Date.parse(at));
  return due ? `${due.month} ${due.momentAt.slice(0, 16)}` : "none";
}

describe("a monthly test", () => {
  const BERLIN = { timeZone: "Europe/Berlin" };
  const AT_HALF_PAST_TWO = { ...BERLIN, schedule: "0 30 2 29 3 *" };

  it.each<[string, string, object, MonthlyTests, string]>([
    ["is due from its moment on", "2026-11-01T03:00:00Z", {}, known("2026-10"), "2026-11 2026-11-01T03:00"],
    ["is not due before it", "2026-11-01T02:59:59Z", {}, known("2026-10"), "none"],
    ["is due once a month", "2026-11-30T23:00:00Z", {}, known("2026-11"), "none"],
    ["is caught up on in its month", "2026-11-30T23:00:00Z", {}, known("2026-10"), "2026-11 2026-11-01T03:00"],
    ["is caught up on in the next month", "2026-12-01T02:00:00Z", {}, known("2026-10"), "2026-11 2026-11-01T03:00"],
    ["gives way to the next month's", "2026-12-01T03:00:00Z", {}, known("2026-10"), "2026-12 2026-12-01T03:00"],
    ["is due in January", "2027-01-02T00:00:00Z", {}, known("2026-12"), "2027-01 2027-01-01T03:00"],
    [
      "is due at the zone's hour in winter",
      "2026-11-01T02:00:00Z",
      BERLIN,
      known("2026-10"),
      "2026-11 2026-11-01T02:00",
    ],
    [
      "is due at the zone's hour in summer",
      "2026-07-01T01:00:00Z",
      BERLIN,
      known("2026-06"),
      "2026-07 2026-07-01T01:00",
    ],
    [
      "belongs to the zone's month",
      "2026-10-31T23:30:00Z",
      { ...BERLIN, schedule: "0 15 0 1 * *" },
      known("2026-10"),
      "2026-11 2026-10-31T23:15",
    ],
    [
      "has its moment at the end of an hour that is left out",
      "2026-03-29T01:30:00Z",
      AT_HALF_PAST_TWO,
      known("2026-02"),
      "2026-03 2026-03-29T01:00",
    ],
    [
      "has one moment in an hour that comes twice",
      "2026-10-25T02:00:00Z",
      { ...BERLIN, schedule: "0 30 2 25 10 *" },
      known("2026-09"),
      "2026-10 2026-10-25T00:30",
    ],
    [
      "has no moment in a month without its day",
      "2026-03-01T00:00:00Z",
      { schedule: "0 0 3 31 * *" },
      known("2026-01"),
      "none",
    ],
    [
      "is due on the last day of a month",
      "2026-02-28T04:00:00Z",
      { schedule: "0 0 3 28 * *" },
      known("2026-01"),
      "2026-02 2026-02-28T03:00",
    ],
    [
      "takes the first moment of several",
      "2026-11-09T00:00:00Z",
      { schedule: "0 0 3 * * 1" },
      known("2026-10"),
      "2026-11 2026-11-02T03:00",
    ],
    [
      "is not due in a zone that nobody knows",
      "2026-11-30T00:00:00Z",
      { timeZone: "Mars/Olympus" },
      known(null),
      "none",
    ],
    [
      "is not due for what came into the plan later",
      "2026-11-02T00:00:00Z",
      {},
      known(null, "2026-11-01T12:00:00Z"),
      "none",
    ],
    [
      "is due for what was there at its moment",
      "2026-11-02T00:00:00Z",
      {},
      known(null, "2026-11-01T03:00:00Z"),
      "2026-11 2026-11-01T03:00",
    ],
    ["is not due for a cluster that was never seen", "2026-11-02T00:00:00Z", {}, {}, "none"],
  ])("%s", (_what, at, more, before, expected) => {
    expect(dueAt(at, more, before)).toBe(expected);
  });

  it("has its own moment, the same each month, within the days of the plan", () => {
    const clusters = Array.from({ length: 100 }, (_, index) => `c-${index}`);
    const spread = plan({ spreadDays: 20 }, clusters);
    const before = seenAfter({}, clusters, "2026-10-31T00:00:00.000Z");
    const due = dueTests(spread, before, Date.parse("2026-11-30T00:00:00Z"));
    expect(due).toHaveLength(100);
    const days = due.map(({ momentAt }) => Number(momentAt.slice(8, 10)));
    expect(Math.min(...days)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...days)).toBeLessThanOrEqual(21);
    expect(new Set(days).size).toBeGreaterThan(15);
    const next = dueTests(
      spread,
      seenAfter({}, clusters, "2026-11-30T00:00:00.000Z"),
      Date.parse("2026-12-31T00:00:00Z"),
    );
    expect(next.map(({ momentAt }) => momentAt.slice(8))).toEqual(due.map(({ momentAt }) => momentAt.slice(8)));
  });
});

describe("the claims of ticks", () => {
  const clusters = ["a", "b", "c"];
  const seen = seenAfter({}, clusters, "2026-10-31T00:00:00.000Z");
  const due = dueTests(plan({}, clusters), seen, Date.parse("2026-11-01T03:00:00Z"));
  const claim = (run: string, at: string, most = 2) => ({ run, at, due, most });

  it("take no more than there are scratch clusters, none twice, and the rest later", () => {
    const first = claimTests(seen, claim("r1", "2026-11-01T03:00:00Z"));
    expect(first.claimed).toEqual(["a", "b"]);
    expect(claimTests(first.known, claim("r1", "2026-11-01T03:10:00Z"))).toEqual(first);
    const second = claimTests(first.known, claim("r2", "2026-11-01T04:00:00Z"));
    expect(second.claimed).toEqual([]);
    const third = claimTests(endedAfter(second.known, "r1"), claim("r3", "2026-11-01T05:00:00Z"));
    expect(third.claimed).toEqual(["c"]);
    const fourth = claimTests(endedAfter(third.known, "r3"), claim("r4", "2026-11-01T06:00:00Z"));
    expect(fourth.claimed).toEqual([]);
  });

  it("do not wait for ever for a run that never said that it ended", () => {
    const first = claimTests(seen, claim("r1", "2026-11-01T03:00:00Z"));
    expect(claimTests(first.known, claim("r2", "2026-11-03T02:59:00Z")).claimed).toEqual([]);
    expect(claimTests(first.known, claim("r2", "2026-11-03T03:00:00Z")).claimed).toEqual(["c"]);
  });

  it("see each cluster once", () => {
    expect(unseenClusters(plan({}, ["a", "d"]), seen)).toEqual(["d"]);
    expect(seenAfter(seen, ["a"], "2027-01-01T00:00:00Z")).toEqual(seen);
  });

  it("begin every cluster once a month, whatever ticks are lost, late or twice", () => {
    const tick = fc.record({ hours: fc.integer({ min: 1, max: 400 }), twice: fc.boolean(), ends: fc.boolean() });
    fc.assert(
      fc.property(fc.array(tick, { maxLength: 60 }), (ticks) => {
        let [nowMs, state] = [Date.parse("2026-10-31T00:00:00Z"), seen];
        const begun: string[] = [];
        for (const [index, { hours, twice, ends }] of ticks.entries()) {
          nowMs += hours * 3_600_000;
          const at = new Date(nowMs).toISOString();
          const tests = dueTests(plan({ spreadDays: 20 }, clusters), state, nowMs);
          for (const run of twice ? [`r${index}`, `r${index}b`] : [`r${index}`]) {
            const answer = claimTests(state, { run, at, due: tests, most: 2 });
            state = answer.known;
            begun.push(...answer.claimed.map((cluster) => `${cluster} ${state[cluster]?.month}`));
            expect(answer.claimed.length).toBeLessThanOrEqual(2);
            if (ends) state = endedAfter(state, run);
          }
        }
        expect(new Set(begun).size).toBe(begun.length);
      }),
    );
  });
});
