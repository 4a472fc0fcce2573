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

describe("a restore test meets", () => {
  it.each(CASES)(
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
});
