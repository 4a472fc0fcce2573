import { describe, expect, it } from "vitest";
import type { ClusterConfig, FleetConfig } from "../fleet-config.ts";
import { assembleRestoreReport, type RestoreRunEnd, untestedCluster } from "./assemble-restore-report.ts";
import { hindranceOf, lifeHours, type PlannedTest, restoreRequestOf, scratchSpec } from "./planned-test.ts";
import { restorePlanSchema } from "./restore-plan.ts";
import {
  costOf,
  type RestoreRunPlan,
  runHindrance,
  type TestsAsked,
  testsAsked,
  unplanned,
} from "./restore-run-plan.ts";

const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg`;

function fleet(scratch: object = {}, clusters: object[] = [{ cluster: "one" }, { cluster: "two", point: "oldest" }]) {
  const backupStorage = { storageAccountId: GROUP, container: "c" };
  const restoreTests = restorePlanSchema.parse({
    scratch: { subscriptionId: SUBSCRIPTION, region: "westeurope", backupStorage, ...scratch },
    prices: { nodeHour: { Standard_D4s_v5: 1 }, maxPerRun: 5 },
    clusters,
  });
  const known = ["one", "two"].map((name): ClusterConfig => ({ name, ring: "prod", resourceId: `/c/${name}` }));
  return { restoreTests, clusters: known } satisfies Pick<FleetConfig, "restoreTests" | "clusters">;
}

const asked: TestsAsked = { runId: "run-1", targets: null, point: null, keepHours: null };
const inputs = (config = fleet(), more: Partial<TestsAsked> = {}) => testsAsked(config, { ...asked, ...more }).inputs;
const [INPUT] = inputs();
if (!INPUT) throw new Error("the plan has no test");

const finding = (code: string, severity: "blocker" | "warning" = "blocker") => ({
  ...{
    code,
    severity,
    subject: "one",
    message: `because of ${code}`,
    evidence: [],
    remedy: "Mend it.",
    cluster: "one",
  },
});

const planned = (more: Partial<PlannedTest> = {}): PlannedTest => ({
  ...unplanned(INPUT, "", ""),
  findings: [],
  ...more,
});
const at = "2026-11-21T08:00:00.000Z";
const queued = (more: Partial<PlannedTest> = {}) => ({ input: INPUT, planned: planned(more), plannedAt: at });

describe("the tests of a run", () => {
  it("are those of the plan in its order, each in a scratch cluster of its own, by what the plan says", () => {
    expect(inputs().map(({ cluster, slot, point, keepHours }) => [cluster, slot, point, keepHours])).toEqual([
      ["one", 0, "latest", 0],
      ["two", 1, "oldest", 0],
    ]);
  });

  it("are those that were asked for, by what was asked", () => {
    const found = inputs(fleet(), { targets: ["two"], point: "2026-11-20", keepHours: 3 });
    expect(found).toMatchObject([{ cluster: "two", slot: 0, point: "2026-11-20", keepHours: 3 }]);
  });

  it("come into one scratch cluster where the plan shares it", () => {
    expect(inputs(fleet({ shared: true })).map(({ slot }) => slot)).toEqual([0, 0]);
  });

  it("leave out a cluster that the fleet does not have, and say so", () => {
    const { inputs: found, findings } = testsAsked(fleet({}, [{ cluster: "gone" }, { cluster: "two" }]), asked);
    expect(found.map(({ cluster }) => cluster)).toEqual(["two"]);
    expect(findings).toMatchObject([{ code: "ClusterUnknown", severity: "warning" }]);
  });

  it("are none without a plan, which is a blocker", () => {
    const found = testsAsked({ clusters: [], restoreTests: undefined }, asked);
    expect(found).toMatchObject({ inputs: [], findings: [{ code: "NoRestoreTests", severity: "blocker" }] });
  });
});

describe("what a run costs", () => {
  const { scratch, prices } = fleet().restoreTests;

  it("is what the scratch clusters of those tests cost that will be begun", () => {
    const { cost, findings } = costOf(scratch, prices, [queued(), queued({ findings: [finding("OtherRegion")] })]);
    expect(cost).toEqual({ amount: 3, currency: "EUR", isComplete: true });
    expect(findings).toEqual([]);
  });

  it("keeps it from beginning beyond the limit", () => {
    const { findings } = costOf(scratch, prices, [queued(), queued()]);
    expect(findings).toMatchObject([{ code: "CostLimit" }]);
    expect(runHindrance({ findings })).toContain("it may cost 5");
    expect(runHindrance({ findings: [finding("ClusterUnknown", "warning")] })).toBeNull();
  });
});

describe("a planned test", () => {
  it.each<[string, PlannedTest["findings"], ReturnType<typeof hindranceOf>]>([
    ["may begin", [finding("LastBackupFailed", "warning")], null],
    [
      "is hindered by what says nothing of the backup",
      [finding("OtherRegion")],
      { outcome: "could-not", reason: "because of OtherRegion" },
    ],
    [
      "has failed without a backup",
      [finding("OtherRegion"), finding("RecoveryPointMissing")],
      { outcome: "failed", reason: "because of RecoveryPointMissing" },
    ],
  ])("%s", (_what, findings, expected) => {
    expect(hindranceOf({ findings })).toEqual(expected);
  });

  it("lives as long as the plan says, and longer when it is looked into for longer", () => {
    expect(lifeHours({ ...INPUT, keepHours: 23 })).toBe(24);
    expect(lifeHours({ ...INPUT, keepHours: 100 })).toBe(124);
  });

  it("has nothing of Azure Backup in its scratch cluster where Velero restores", () => {
    const velero = { ...INPUT, test: { ...INPUT.test, provider: "velero" as const } };
    expect(scratchSpec(velero, planned(), at)).toMatchObject({
      backupStorage: null,
      surroundings: null,
      staging: null,
    });
    expect(scratchSpec(INPUT, planned(), at).backupStorage).toMatchObject({ container: "c" });
  });

  it("asks for no restore without a point", () => {
    expect(restoreRequestOf(INPUT, planned(), at)).toBeNull();
  });
});

describe("the report of a run", () => {
  const run = (more: Partial<RestoreRunEnd> = {}): RestoreRunEnd => ({
    ...{ id: "run-1", trigger: { by: "ada", reason: "a test", event: null }, startedAt: at, plan: null },
    ...{ clusters: [], findings: [], ...more },
  });
  const end = { signals: [], cancellation: undefined, endedAt: at };

  it("of a run that was not begun names each test and why, and proves nothing", () => {
    const { restoreTests } = fleet();
    const tests = [queued({ findings: [finding("LastBackupFailed", "warning")] })];
    const plan = {
      ...restoreTests,
      plannedAt: at,
      fleetDigest: "d",
      tellsTeams: true,
      tests,
      findings: [finding("CostLimit")],
    };
    const clusters = tests.map((test) => untestedCluster(test, "it would cost too much", at));
    const report = assembleRestoreReport(run({ plan: plan as unknown as RestoreRunPlan, clusters }), end);
    expect(report).toMatchObject({ verdict: "inconclusive", cost: { amount: 0 }, findings: [{ code: "CostLimit" }] });
    expect(report.clusters[0]?.phases).toMatchObject([
      {
        name: "choose",
        outcome: "could-not",
        reason: "it would cost too much",
        findings: [{ code: "LastBackupFailed" }],
      },
    ]);
  });

  it("says who cancelled it, and costs what its clusters lived", () => {
    const { restoreTests } = fleet();
    const plan = { ...restoreTests, fleetDigest: "d", findings: [] } as unknown as RestoreRunPlan;
    const phase = (name: "scratch" | "tear-down", startedAt: string, endedAt: string) => ({
      ...{ name, outcome: "done" as const, reason: "", startedAt, endedAt, findings: [] },
    });
    const test = untestedCluster(queued(), "", at);
    const phases = [phase("scratch", at, at), phase("tear-down", at, "2026-11-21T10:00:00.000Z")];
    const cancellation = { id: "1", kind: "cancel" as const, by: "bob", reason: "enough", at, gate: null };
    const report = assembleRestoreReport(run({ plan, clusters: [{ ...test, phases }] }), { ...end, cancellation });
    expect(report.findings).toMatchObject([{ code: "RunCancelled", message: "bob cancelled the run: enough" }]);
    expect(report.cost.amount).toBe(6);
  });
});
