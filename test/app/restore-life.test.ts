import { describe, expect, it } from "vitest";
import type { RestorePhase } from "../../domain/restore/restore-verdict.ts";
import {
  codesOf,
  outcomesOf,
  proven,
  resourcesOf,
  signalTests,
  startTests,
  testReport,
  withPlan,
} from "./restore-tests.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

/** Lets time go on until a test of prod-weu is in a phase. */
async function inPhase(world: TestWorld, id: string, phase: RestorePhase): Promise<void> {
  await world.untilTests(id, ({ tests }) =>
    tests.some(({ phases }) => phases.some(({ name, state }) => name === phase && state === "running")),
  );
}

describe("a restore test whose host is killed", () => {
  const LONG: readonly RestorePhase[] = ["scratch", "validate", "restore", "verify", "probe", "look", "tear-down"];

  it.each(LONG)("in the phase %s goes on where it was, does nothing twice and leaves nothing behind", async (phase) => {
    const world = await newWorld({ keepsState: true });
    const before = resourcesOf(world);
    const id = await startTests(world, { keepHours: 1 });
    await inPhase(world, id, phase);
    await world.crash();
    await world.testsEnded(id);
    const { clusters } = await testReport(world, id);
    expect(clusters.map(({ verdict }) => verdict)).toEqual(["passed"]);
    const restores = world.requests.filter((line) => /^POST .*\/backupInstances\/[^/]+\/restore\?/.test(line));
    expect(restores).toHaveLength(1);
    expect(resourcesOf(world)).toEqual(before);
  });
});

describe("a restore test that is cancelled", () => {
  it.each<RestorePhase>(["scratch", "restore", "verify", "look"])(
    "in the phase %s goes at once, with all it made",
    async (phase) => {
      const world = await newWorld();
      const before = resourcesOf(world);
      const id = await startTests(world, { keepHours: 40 });
      await inPhase(world, id, phase);
      const cancelledMs = world.clock.nowMs();
      await signalTests(world, id, "cancel");
      await world.testsEnded(id);
      const report = await testReport(world, id);
      expect(report.findings).toMatchObject([{ code: "RunCancelled", message: expect.stringContaining("bob") }]);
      const [test] = report.clusters;
      expect(test && outcomesOf(test).slice(-2)).toEqual([`${phase} could-not`, "tear-down done"]);
      expect(report.verdict).toBe(phase === "look" ? "passed" : "inconclusive");
      expect(world.clock.nowMs() - cancelledMs).toBeLessThan(30 * 60_000);
      expect(resourcesOf(world)).toEqual(before);
    },
  );

  it("before its turn is not begun, and says so", async () => {
    const world = await newWorld({ fleetYaml: withPlan({ scratch: { maxClusters: 1 } }) });
    const before = resourcesOf(world);
    const id = await startTests(world, { clusters: ["prod-weu", "prod-neu"] });
    await inPhase(world, id, "restore");
    await signalTests(world, id, "cancel");
    await world.testsEnded(id);
    const { clusters } = await testReport(world, id);
    expect(clusters[1]).toMatchObject({ cluster: "prod-neu", verdict: "inconclusive", scratchCluster: null });
    expect(clusters[1]?.phases[0]?.reason).toContain("the run was cancelled before it");
    expect(resourcesOf(world)).toEqual(before);
  });
});

describe("the restored copy", () => {
  it("stays for people to look into, until somebody has seen enough", async () => {
    const world = await newWorld();
    const id = await startTests(world, { keepHours: 48 });
    const open = await world.untilTests(id, ({ gates }) => gates.length > 0);
    expect(open.gates).toMatchObject([{ id: "look-prod-weu", kind: "look", options: ["approve", "decline"] }]);
    expect(JSON.stringify(await world.cards())).toContain("az aks get-credentials");
    const openedMs = world.clock.nowMs();
    await signalTests(world, id, "approve", "look-prod-weu");
    await world.testsEnded(id);
    expect(world.clock.nowMs() - openedMs).toBeLessThan(3_600_000);
    const { clusters, signals } = await testReport(world, id);
    expect(clusters[0] && codesOf(clusters[0])).toEqual(["info CopyApproved"]);
    expect(signals).toMatchObject([{ kind: "approve", by: "bob" }]);
  });

  it("has failed when somebody declines it", async () => {
    const world = await newWorld();
    const id = await startTests(world, { keepHours: 48 });
    await world.untilTests(id, ({ gates }) => gates.length > 0);
    await signalTests(world, id, "decline");
    expect((await world.testsEnded(id)).verdict).toBe("failed");
  });

  it("goes when its time is over and nobody has said anything", async () => {
    const world = await newWorld();
    const before = resourcesOf(world);
    const test = await proven(world, { keepHours: 5 });
    const look = test.phases.find(({ name }) => name === "look");
    expect(Date.parse(look?.endedAt ?? "") - Date.parse(look?.startedAt ?? "")).toBe(5 * 3_600_000);
    expect(test.verdict).toBe("passed");
    expect(resourcesOf(world)).toEqual(before);
  });
});

describe("a tear-down", () => {
  const refused = (count: number) => ({
    faults: [{ match: { method: "DELETE", path: "/resourcegroups/rg-drydock" }, count, answer: { status: 409 } }],
  });

  it("that is refused for an hour is tried until it is done", async () => {
    const world = await newWorld({ scenario: refused(40) });
    const before = resourcesOf(world);
    const test = await proven(world);
    const { startedAt = "", endedAt = "" } = test.phases.at(-1) ?? {};
    expect(Date.parse(endedAt) - Date.parse(startedAt)).toBeGreaterThan(3_600_000);
    expect(test.verdict).toBe("passed");
    expect(codesOf(test)).toEqual([]);
    expect(resourcesOf(world)).toEqual(before);
  });

  it("that stays refused is a blocker that names what is left, and what refuses", async () => {
    const world = await newWorld({ scenario: refused(100_000) });
    const test = await proven(world);
    expect(test.verdict).toBe("passed");
    expect(outcomesOf(test)).toContain("tear-down failed");
    const [finding] = test.phases.at(-1)?.findings ?? [];
    expect(finding).toMatchObject({ code: "ScratchLeftRunning", severity: "blocker" });
    expect(finding?.evidence).toEqual([
      expect.stringContaining("/resourceGroups/rg-drydock-scratch-"),
      expect.stringMatching(/^removeGroup: .*409/),
    ]);
  });
});

describe("two runs for the same cluster", () => {
  it("test its backup one after the other, and the second says what it waits for", async () => {
    const world = await newWorld();
    const before = resourcesOf(world);
    const first = await startTests(world);
    await inPhase(world, first, "scratch");
    const second = await startTests(world);
    const waiting = await world.untilTests(second, ({ tests }) => tests.some(({ state }) => state === "waiting"));
    expect(waiting.tests[0]?.reason).toContain(first);
    await world.testsEnded(first);
    await world.testsEnded(second);
    const [one, other] = [await testReport(world, first), await testReport(world, second)];
    expect([one.verdict, other.verdict]).toEqual(["passed", "passed"]);
    expect(Date.parse(other.clusters[0]?.startedAt ?? "")).toBeGreaterThanOrEqual(
      Date.parse(one.clusters[0]?.endedAt ?? ""),
    );
    expect(resourcesOf(world)).toEqual(before);
  });
});
