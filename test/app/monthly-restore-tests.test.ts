import { describe, expect, it } from "vitest";
import { testReport, withPlan } from "./restore-tests.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const HOUR_S = 3_600;

/** The sample's tests at 10:00 on the 21st, two hours after the world begins, all at once. */
const TODAY = { schedule: "0 0 10 21 * *", timeZone: "UTC", spreadDays: 0 };

async function runsOf(world: TestWorld) {
  const response = await world.api("runs?kind=restore-test");
  return ((await response.json()) as { runs: Array<{ id: string; status: string; startedAt: string }> }).runs;
}

describe("monthly restore tests", () => {
  it("begin by themselves at their moment, once, and say so", async () => {
    const world = await newWorld({ fleetYaml: withPlan({ plan: TODAY }) });
    await world.pass(6 * HOUR_S);
    const [run, ...others] = await runsOf(world);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ id: "restore-monthly-20261121t10", status: "finished" });
    const report = await testReport(world, run?.id ?? "");
    expect(report).toMatchObject({
      verdict: "passed",
      trigger: { by: "timer", reason: "monthly restore tests of 2026-11" },
    });
    await world.pass(20 * HOUR_S);
    expect(await runsOf(world)).toHaveLength(1);
    const trends = await (await world.api("trends")).json();
    expect(trends).toMatchObject({ kind: "restore-test" });
    expect(trends.months).toHaveLength(report.clusters.length);
    expect(trends.months[0]).toMatchObject({ month: "2026-11", tests: 1, verdict: "passed" });
    for (const { lastPassedAt, days } of trends.ages) expect([lastPassedAt === null, days]).toEqual([false, 0]);
  });

  it("go on with as many as there are scratch clusters, the rest in the next hours", async () => {
    const world = await newWorld({ fleetYaml: withPlan({ plan: TODAY, scratch: { maxClusters: 1 } }) });
    await world.pass(12 * HOUR_S);
    const runs = await runsOf(world);
    expect(runs.length).toBeGreaterThan(1);
    const reports = await Promise.all(runs.map(({ id }) => testReport(world, id)));
    const clusters = reports.flatMap((report) => report.clusters.map(({ cluster }) => cluster));
    expect(new Set(clusters).size).toBe(clusters.length);
    for (const report of reports) expect(report.clusters).toHaveLength(1);
  });
});
