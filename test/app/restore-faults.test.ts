import { describe, expect, it } from "vitest";
import { codesOf, ordersProbe, outcomesOf, proven, resourcesOf, withPlan } from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();

const SAMPLE_PROBE = ordersProbe("orders-data", "sha256sum -c /data/manifest");

interface Case {
  readonly what: string;
  readonly backup?: object;
  readonly scenario?: object;
  readonly plan?: Parameters<typeof withPlan>[0];
  readonly verdict: string;
  /** The phase that tells it, and how it ended. */
  readonly outcome: string;
  readonly code: string;
  /** What the report says. */
  readonly says?: string;
}

const CASES: readonly Case[] = [
  {
    what: "a corrupt backup",
    backup: { corrupt: [{ match: { cluster: "prod-weu", namespace: "orders" } }] },
    ...{ verdict: "failed", outcome: "probe done", code: "blocker ProbeFailed", says: "it ended with 1 instead of 0" },
  },
  {
    what: "an empty backup",
    backup: { holes: [{ match: { cluster: "prod-weu" }, leaveOut: [".*"] }] },
    ...{
      verdict: "failed",
      outcome: "verify done",
      code: "blocker RestoredNothing",
      says: "nothing of prod-weu came back",
    },
  },
  {
    what: "a backup that misses a namespace",
    backup: { holes: [{ match: { cluster: "prod-weu" }, leaveOut: ["Namespace/shop", "[^/]+/shop/.*"] }] },
    ...{
      verdict: "failed",
      outcome: "verify done",
      code: "blocker NamespaceMissing",
      says: "namespace shop did not come back",
    },
  },
  {
    what: "a probe that fails",
    plan: { test: { probes: [ordersProbe("rows", "echo 3 rows", { expectLog: "^12 rows" })] } },
    ...{ verdict: "failed", outcome: "probe done", code: "blocker ProbeFailed", says: "does not match /^12 rows/" },
  },
  {
    what: "a probe that hangs",
    plan: { test: { probes: [ordersProbe("slow", "sleep infinity"), SAMPLE_PROBE] } },
    ...{
      verdict: "timed-out",
      outcome: "probe done",
      code: "blocker ProbeTimedOut",
      says: "it ran for more than 5 min",
    },
  },
  {
    what: "a restore that half-fails",
    backup: { restores: [{ match: { source: "prod-weu" }, leaveOut: ["Deployment/shop/.*"] }] },
    ...{ verdict: "failed", outcome: "restore done", code: "blocker RestoreIncomplete", says: "shop/storefront" },
  },
  {
    what: "a restore that fails",
    backup: { restores: [{ match: {}, fail: { code: "UserErrorAny", message: "the plugin panicked" } }] },
    ...{ verdict: "failed", outcome: "restore failed", code: "blocker RestoreFailed", says: "the plugin panicked" },
  },
  {
    what: "a restore that does not end",
    backup: { restores: [{ match: {}, stuckHours: 20 }] },
    ...{ verdict: "timed-out", outcome: "restore timed-out", code: "blocker RestoreTimedOut" },
  },
  {
    what: "a scratch cluster that there is no quota for",
    scenario: { quotas: [{ family: "cores", location: "westeurope", limit: 1 }] },
    ...{ verdict: "inconclusive", outcome: "scratch could-not", code: "blocker QuotaExceeded" },
  },
  {
    what: "a scratch cluster that fails late",
    scenario: {
      operations: [
        {
          match: { cluster: "drydock-.*" },
          fail: { code: "InternalError", message: "it was not to be", afterSeconds: 90 },
        },
      ],
    },
    ...{
      verdict: "inconclusive",
      outcome: "scratch could-not",
      code: "blocker OperationFailed",
      says: "it was not to be",
    },
  },
  {
    what: "backups that are not made any more",
    backup: { missing: [{ match: { cluster: "prod-weu" }, sinceDays: 3 }] },
    ...{
      verdict: "failed",
      outcome: "choose done",
      code: "warning RecoveryPointTooOld",
      says: "the objective is 24 h",
    },
  },
  {
    what: "a point that is not there",
    plan: { test: { point: "2020-01-01" } },
    ...{ verdict: "failed", outcome: "choose failed", code: "blocker RecoveryPointMissing" },
  },
  {
    what: "a run that would cost too much",
    plan: { plan: { prices: { nodeHour: { Standard_D4s_v5: 20 }, maxPerRun: 10 } } },
    ...{ verdict: "inconclusive", outcome: "choose could-not", code: "none", says: "CostLimit" },
  },
  {
    what: "an isolation that cannot be",
    scenario: {
      faults: [
        { match: { method: "PATCH", path: "/networkpolicies/drydock-isolation$" }, count: 99, answer: { status: 403 } },
      ],
    },
    ...{ verdict: "inconclusive", outcome: "isolate could-not", code: "blocker Denied" },
  },
];

const UNREADABLE = {
  faults: [{ match: { method: "GET", path: "^/kubernetes/prod-weu/" }, count: 100_000, answer: { status: 403 } }],
};

const DOUBTS: readonly Case[] = [
  {
    what: "a source that it may not read, and no word of what the backup holds",
    scenario: UNREADABLE,
    ...{ verdict: "inconclusive", outcome: "choose could-not", code: "blocker NamespacesUnknown" },
  },
  {
    what: "a source that it may not read, and namespaces that the plan names",
    scenario: UNREADABLE,
    plan: { test: { includedNamespaces: ["orders", "shop"] } },
    ...{ verdict: "inconclusive", outcome: "verify could-not", code: "blocker ExpectedContentsUnknown" },
  },
  {
    what: "a plan that asks for nothing that is in the backup",
    plan: { test: { includedNamespaces: ["nowhere"] } },
    ...{ verdict: "inconclusive", outcome: "choose could-not", code: "blocker NothingToRestore" },
  },
  {
    what: "a cluster that nothing backs up",
    plan: { test: { provider: "velero" } },
    ...{ verdict: "failed", outcome: "choose failed", code: "blocker BackupMissing", says: "with Velero" },
  },
  {
    what: "a resource modifier that no scratch cluster has",
    plan: { test: { modifier: { name: "smaller", namespace: "shop" } } },
    ...{
      verdict: "inconclusive",
      outcome: "choose could-not",
      code: "blocker ReferenceNotInScratch",
      says: "shop/smaller",
    },
  },
  {
    what: "an objective that the newest data misses",
    plan: { plan: { objectives: { rpoHours: 2, rtoMinutes: 5 } } },
    ...{ verdict: "failed", outcome: "probe done", code: "blocker RtoMissed", says: "RpoMissed" },
  },
  {
    what: "probes that need not hold",
    plan: { test: { probes: [{ ...ordersProbe("rows", "exit 3"), required: false }] } },
    ...{ verdict: "passed", outcome: "probe done", code: "warning ProbeFailed" },
  },
];

describe("a restore test meets", () => {
  it.each([...CASES, ...DOUBTS])(
    "$what: $verdict, and nothing is left",
    async ({ backup, scenario, plan, verdict, outcome, code, says }) => {
      const world = await newWorld({
        scenario: { ...(backup ? { backup } : {}), ...scenario },
        ...(plan ? { fleetYaml: withPlan(plan) } : {}),
      });
      const before = resourcesOf(world);
      const test = await proven(world);
      expect([test.verdict, test.report.verdict, codesOf(test)]).toEqual([
        ...[verdict, verdict],
        code === "none" ? [] : expect.arrayContaining([code]),
      ]);
      expect(outcomesOf(test)).toContain(outcome);
      if (says !== undefined) expect(JSON.stringify(test)).toContain(says);
      expect(resourcesOf(world)).toEqual(before);
    },
  );

  it("protection that was stopped: the newest point is restored, and what is wrong stands in the report", async () => {
    const world = await newWorld();
    const { azure, world: model } = world.simulator;
    const instance = azure.resources.values().find(({ id }) => /bv-prod-weu\/backupInstances\/[^/]+$/.test(id));
    if (!instance) throw new Error("prod-weu has no backup instance");
    const properties = { ...instance.properties, currentProtectionState: "ProtectionStopped" };
    model.change(() => azure.putResource({ ...instance, properties }));
    const test = await proven(world);
    expect([test.verdict, codesOf(test)]).toEqual(["passed", ["warning ProtectionStopped"]]);
  });

  it("an older point that is asked for by its day: how old it is, is measured and not blamed", async () => {
    const world = await newWorld();
    const test = await proven(world, { point: "2026-11-20" });
    expect(test).toMatchObject({ verdict: "passed", point: { takenAt: "2026-11-20T02:00:00.000Z" } });
    expect(test.measure?.rpo.atStartMs).toBeCloseTo(30 * 3_600_000, -3);
    expect(codesOf(test)).toEqual([]);
  });
});
