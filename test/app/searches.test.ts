import { PolicyV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { kubernetes } from "./drained-place.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const DAY_S = 86_400;

async function runsOf(world: TestWorld): Promise<string[]> {
  const { runs } = (await (await world.api("runs")).json()) as { runs: Array<{ id: string }> };
  return runs.map(({ id }) => id);
}

// The world begins on Saturday, 2026-11-21, at 08:00.
describe("the daily search for node images", () => {
  it("starts a run in the morning when something is behind, and none on a day with nothing to do", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const id = await world.newestRun();
    expect(id).toBe("upgrade-daily-2026-11-22");
    const run = await world.ended(id);
    expect(run).toMatchObject({
      verdict: "passed",
      trigger: { by: "timer", reason: "daily search for new node images" },
    });
    expect(Date.parse(run.startedAt)).toBeGreaterThanOrEqual(Date.parse("2026-11-22T06:30:00Z"));
    // It is about node images alone: a patch is out, too, and its ring takes patches.
    expect(run.rings[0]?.clusters[0]).toMatchObject({ state: "done", controlPlane: null });
    const cards = (await world.cards()).length;
    expect(cards).toBeGreaterThan(0);
    await world.pass(7 * DAY_S);
    const runs = await runsOf(world);
    expect(runs.filter((known) => known.startsWith("upgrade-daily-"))).toEqual([id]);
    expect(runs).toContain("upgrade-weekly-2026-11-23");
    const quiet = world.logged.filter((line) => line.includes("daily search: no run, nothing is behind"));
    expect(quiet.length).toBeGreaterThanOrEqual(5);
  });

  it("starts no run for a cluster that is blocked as it was, until what blocks it changes", async () => {
    const world = await newWorld({
      fleetYaml: (yaml) => onlyClusters("dev-weu")(yaml).replace("upgrade:\n", "upgrade:\n  gates: { haltHours: 1 }\n"),
    });
    const policy = (await kubernetes(world)).makeApiClient(PolicyV1Api);
    const forbid = (name: string) => {
      const spec = { maxUnavailable: 0, selector: { matchLabels: { app: "report-writer" } } };
      return policy.createNamespacedPodDisruptionBudget({ namespace: "reports", body: { metadata: { name }, spec } });
    };
    await forbid("never");
    const first = await world.ended(await world.newestRun());
    expect(first).toMatchObject({ id: "upgrade-daily-2026-11-22", verdict: "blocked" });
    await world.pass(4 * DAY_S);
    expect(await runsOf(world)).toEqual(["upgrade-weekly-2026-11-23", first.id]);
    expect(world.logged.join("")).toMatch(
      /no run, what stopped them has not changed.*dev-weu \(run upgrade-weekly-2026-11-23\)/,
    );
    await policy.deleteNamespacedPodDisruptionBudget({ namespace: "reports", name: "never" });
    await world.pass(DAY_S);
    const [newest = ""] = await runsOf(world);
    expect(await world.ended(newest)).toMatchObject({ id: "upgrade-daily-2026-11-27", verdict: "passed" });
  });

  it("keeps to the schedule of its setting", async () => {
    const world = await newWorld({
      fleetYaml: onlyClusters("dev-weu"),
      settings: { DAILY_SEARCH_SCHEDULE: "0 15 9 * * *" },
    });
    const run = await world.ended(await world.newestRun());
    expect(run.id).toBe("upgrade-daily-2026-11-21");
    expect(run.startedAt).toMatch(/^2026-11-21T09:15:/);
  });
});

describe("the weekly search for what is behind", () => {
  it("reports on Monday morning, once, also when there is nothing to do", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    await world.ended(await world.newestRun());
    await world.pass(DAY_S);
    const [id = ""] = await runsOf(world);
    expect(id).toBe("upgrade-weekly-2026-11-23");
    const run = await world.ended(id);
    expect(run).toMatchObject({ verdict: "passed", trigger: { by: "timer" } });
    expect(run.startedAt).toMatch(/^2026-11-23T06:00:/);
    await world.pass(DAY_S);
    expect((await runsOf(world)).filter((known) => known.startsWith("upgrade-weekly-"))).toEqual([id]);
  });
});
