import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { type Activities, createActivities } from "../activities/activities.ts";
import { answer } from "../activities/answer.ts";
import { BLOCKED_CLUSTERS, blockedClusters } from "../orchestrations/blocked-clusters.ts";
import { CLUSTER_LEASE, clusterLease } from "../orchestrations/cluster-lease.ts";
import { CLUSTER_PLAN, clusterPlan, KEEP_PLANS } from "../orchestrations/cluster-plan.ts";
import { DEAD_LETTERS, deadLetters } from "../orchestrations/dead-letters.ts";
import { DECLINED_CHANGES, declinedChanges } from "../orchestrations/declined-changes.ts";
import { drainNode } from "../orchestrations/drain-node.ts";
import { followOperation } from "../orchestrations/durable-operation.ts";
import { type PartWork, partOrchestration } from "../orchestrations/fleet-parts.ts";
import { followRoll } from "../orchestrations/follow-roll.ts";
import { HEALTH_BASELINE, healthBaseline } from "../orchestrations/health-baseline.ts";
import { JANITOR_LOG, janitor, janitorLog } from "../orchestrations/janitor.ts";
import { MONTHLY_TESTS, monthlyRestoreTests, monthlyTests } from "../orchestrations/monthly-restore-tests.ts";
import { OBSERVE_CLUSTERS, PREFLIGHT_CLUSTERS, planFleetUpgrade } from "../orchestrations/plan-upgrade.ts";
import { POOL_DURATIONS, poolDurations } from "../orchestrations/pool-durations.ts";
import { PROOF_HISTORY, proofHistory } from "../orchestrations/proof-history.ts";
import { restoreLane } from "../orchestrations/restore-lane.ts";
import { planRestoreTests } from "../orchestrations/restore-plan.ts";
import { RESTORE_QUEUE, restoreQueue } from "../orchestrations/restore-queue.ts";
import { followRestoreStep } from "../orchestrations/restore-step.ts";
import { restoreTest } from "../orchestrations/restore-test.ts";
import { ringLane } from "../orchestrations/ring-lane.ts";
import { RING_QUEUE, ringQueue } from "../orchestrations/ring-queue.ts";
import { RUN_INDEX, runIndex } from "../orchestrations/run-index.ts";
import { RUN_RECORD, runRecord } from "../orchestrations/run-record.ts";
import { searchNodeImages } from "../orchestrations/search-node-images.ts";
import { checkHealth } from "../orchestrations/soak-ring.ts";
import { sweepCluster, sweepDeadRuns } from "../orchestrations/sweep-dead-runs.ts";
import { testRestore } from "../orchestrations/test-restore.ts";
import { UNDO_RECORD, undoRecord } from "../orchestrations/undo-record.ts";
import { upgrade } from "../orchestrations/upgrade.ts";
import { upgradeCluster } from "../orchestrations/upgrade-cluster.ts";
import { upgradePool } from "../orchestrations/upgrade-pool.ts";
import { FETCH_RESULTS, upgradeRing } from "../orchestrations/upgrade-ring.ts";
import type { AppPorts } from "./ports.ts";
import { readProofs } from "./read-proofs.ts";
import { findStatus, isAlive, listRunIds, standOf } from "./run-lookup.ts";

/** What is done for a fleet part by part. */
const PARTS = [OBSERVE_CLUSTERS, PREFLIGHT_CLUSTERS, KEEP_PLANS, FETCH_RESULTS] as const;

const ORCHESTRATIONS = {
  upgrade,
  planUpgrade: planFleetUpgrade,
  searchNodeImages,
  upgradeRing,
  ringLane,
  checkHealth,
  followRoll,
  upgradeCluster,
  upgradePool,
  drainNode,
  followOperation,
  sweepDeadRuns,
  sweepCluster,
  restoreTest,
  planRestoreTests,
  restoreLane,
  testRestore,
  followRestoreStep,
  janitor,
  monthlyRestoreTests,
} as const;

/** Activities that ask the host about other orchestrations. */
const ASK_THE_HOST: ReadonlySet<keyof Activities> = new Set([
  "checkRunAlive",
  "readClusterResult",
  "readPlan",
  "readTestResult",
  "undoRemedies",
  "preflightCluster",
  "findLeftovers",
]);

/** Registers orchestrations, entities and activities. */
export function registerDurable(ports: AppPorts): void {
  for (const [name, handler] of Object.entries(ORCHESTRATIONS)) df.app.orchestration(name, handler);
  for (const part of PARTS)
    df.app.orchestration(part.name, partOrchestration(part as PartWork<unknown, unknown, unknown>));
  df.app.entity(CLUSTER_LEASE, clusterLease);
  df.app.entity(RUN_RECORD, runRecord);
  df.app.entity(RING_QUEUE, ringQueue);
  df.app.entity(CLUSTER_PLAN, clusterPlan);
  df.app.entity(HEALTH_BASELINE, healthBaseline);
  df.app.entity(POOL_DURATIONS, poolDurations);
  df.app.entity(DECLINED_CHANGES, declinedChanges);
  df.app.entity(BLOCKED_CLUSTERS, blockedClusters);
  df.app.entity(UNDO_RECORD, undoRecord);
  df.app.entity(RESTORE_QUEUE, restoreQueue);
  df.app.entity(PROOF_HISTORY, proofHistory);
  df.app.entity(JANITOR_LOG, janitorLog);
  df.app.entity(MONTHLY_TESTS, monthlyTests);
  df.app.entity(RUN_INDEX, runIndex);
  df.app.entity(DEAD_LETTERS, deadLetters);
  const names = Object.keys(activitiesOf(ports, undefined)) as Array<keyof Activities>;
  for (const name of names) {
    df.app.activity(name, {
      extraInputs: ASK_THE_HOST.has(name) ? [df.input.durableClient()] : [],
      handler: (input: unknown, context: InvocationContext) => {
        const step = activitiesOf(ports, context)[name] as (input: unknown) => Promise<unknown>;
        return answer(() => step(input));
      },
    });
  }
}

function activitiesOf(ports: AppPorts, context: InvocationContext | undefined): Activities {
  const client = () => {
    if (context === undefined) throw new Error("this activity is not registered as one that asks the host");
    return df.getClient(context);
  };
  return createActivities({
    ...ports,
    isAlive: (instanceId) => isAlive(client(), instanceId),
    resultOf: async (instanceId) => (await findStatus(client(), instanceId))?.output,
    standOf: (runId) => standOf(client(), runId),
    listRuns: (kind) => listRunIds(client(), kind),
    readProofs: (cluster) => readProofs(client(), cluster),
  });
}
