import { byGravity, type Finding } from "../finding.ts";
import type { FleetConfig } from "../fleet-config.ts";
import type { RestoreRunRequest } from "../run-request.ts";
import { type CostEstimate, costFindings, estimateCost } from "./estimate-cost.ts";
import { hindranceOf, type PlannedTest, scopeOf, type TestInput } from "./planned-test.ts";
import type { QueuedTest } from "./queued-test.ts";
import { objectivesOf, type Prices, type ScratchPlan } from "./restore-plan.ts";

/** What a test is thought to take beside its validation window, for want of anything better: an hour, as a first one does. */
export const TEST_MINUTES = 60;

/** What a run of restore tests will do. */
export interface RestoreRunPlan {
  readonly plannedAt: string;
  /** SHA-256 of fleet.yaml. */
  readonly fleetDigest: string;
  readonly tellsTeams: boolean;
  /** Null when fleet.yaml has no restore tests. */
  readonly scratch: ScratchPlan | null;
  readonly prices: Prices | null;
  readonly tests: readonly QueuedTest[];
  readonly cost: CostEstimate;
  /** Of the run as a whole. A blocker ends it before anything is made. */
  readonly findings: readonly Finding[];
}

/** What of a request and of fleet.yaml says which tests a run has. */
export type TestsAsked = Pick<RestoreRunRequest, "targets" | "point" | "keepHours"> & { readonly runId: string };

/** The tests that are asked for, each with what it goes by, in the order of fleet.yaml; and clusters that are not there. */
export function testsAsked(
  { restoreTests, clusters }: Pick<FleetConfig, "restoreTests" | "clusters">,
  { targets, point, keepHours, runId }: TestsAsked,
): { readonly inputs: TestInput[]; readonly findings: Finding[] } {
  if (!restoreTests) return { inputs: [], findings: [noTests()] };
  const { scratch } = restoreTests;
  const asked = restoreTests.clusters.filter(({ cluster }) => targets === null || targets.includes(cluster));
  const findings: Finding[] = [];
  const inputs = asked.flatMap((test, index): TestInput[] => {
    const known = clusters.find(({ name }) => name === test.cluster);
    if (!known) findings.push(noCluster(test.cluster));
    if (!known) return [];
    return [
      {
        ...{ runId, cluster: test.cluster, resourceId: known.resourceId, test, scratch },
        objectives: objectivesOf(restoreTests, test),
        point: point ?? test.point,
        keepHours: keepHours ?? scratch.validationHours,
        slot: scratch.shared ? 0 : index,
      },
    ];
  });
  return { inputs, findings };
}

/** What the scratch clusters of tests are thought to cost, and what of it keeps the run from beginning. */
export function costOf(
  scratch: ScratchPlan,
  prices: Prices,
  tests: readonly QueuedTest[],
): { readonly cost: CostEstimate; readonly findings: Finding[] } {
  const begun = tests.filter(({ planned }) => hindranceOf(planned) === null);
  const cost = estimateCost(
    scratch,
    prices,
    begun.map(({ input }) => estimatedMinutes(input) / 60),
  );
  return { cost, findings: begun.length === 0 ? [] : costFindings(cost, prices, scratch.vmSize) };
}

/** How long a test is thought to take. */
export function estimatedMinutes({ keepHours }: Pick<TestInput, "keepHours">): number {
  return TEST_MINUTES + keepHours * 60;
}

/** Why a run ends before anything is made; null when it may begin. */
export function runHindrance({ findings }: Pick<RestoreRunPlan, "findings">): string | null {
  return byGravity(findings).find(({ severity }) => severity === "blocker")?.message ?? null;
}

/** Of a scratch cluster that is not made. */
const NO_NAMES: PlannedTest["names"] = {
  group: "",
  groupId: "",
  cluster: "",
  clusterId: "",
  extension: "",
  binding: "",
  stagingAccountId: "",
};

/** What is found of a test whose lookup failed. */
export function unplanned(input: TestInput, why: string, code: string): PlannedTest {
  const { cluster } = input;
  const finding: Finding = {
    ...{ code, severity: "blocker", subject: cluster, cluster, evidence: [] },
    message: `what the test of ${cluster} would restore cannot be told: ${why}`,
    remedy: "Mend the cause and run the test again: it says nothing of the backup.",
  };
  return {
    ...{ instance: null, point: null, scope: scopeOf(input.test), namespaces: null, kubernetesVersion: "", region: "" },
    ...{ surroundings: null, names: NO_NAMES, findings: [finding] },
  };
}

function noTests(): Finding {
  return {
    ...{ code: "NoRestoreTests", severity: "blocker", subject: "fleet.yaml", cluster: null, evidence: [] },
    message: "fleet.yaml has no restoreTests",
    remedy: "Plan them; docs/fleet-yaml.md tells how.",
  };
}

function noCluster(cluster: string): Finding {
  return {
    ...{ code: "ClusterUnknown", severity: "warning", subject: cluster, cluster, evidence: [] },
    message: `the fleet has no cluster ${cluster}, whose backup is to be tested`,
    remedy: "See whether it still carries the tags by which clusters are found, or take its test out of fleet.yaml.",
  };
}
