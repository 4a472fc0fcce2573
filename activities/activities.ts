import type { Isolation } from "../domain/restore/isolation.ts";
import type { AskedProbe, LongStep } from "../domain/restore/long-step.ts";
import type { TestInput } from "../domain/restore/planned-test.ts";
import { beginCheckJob, type CheckInput, callCheck, pollCheckJob, removeCheckJob } from "./custom-checks.ts";
import { deliverCard, deliverGate, deliverNotice } from "./deliver-card.ts";
import { drainSlice } from "./drain-slice.ts";
import { observeHealth } from "./health.ts";
import { findLeftovers, removeLeftover } from "./janitor.ts";
import { keepReport } from "./keep-report.ts";
import { cordonNodes, listNodes, uncordonNodes } from "./nodes.ts";
import {
  checkRunAlive,
  observeWorkloads,
  readClusterResult,
  readFleet,
  readPlan,
  tryObserveCluster,
} from "./observe.ts";
import { observeRoll } from "./observe-roll.ts";
import type { ActivityPorts } from "./ports.ts";
import { preflightCluster } from "./preflight.ts";
import { applyRemedy, deletePod, undoRemedies } from "./remedies.ts";
import { checkIsolation, isolateScratch } from "./restore-isolate.ts";
import { planTest } from "./restore-plan.ts";
import { removeProbe } from "./restore-probe.ts";
import { readTestResult } from "./restore-result.ts";
import { beginRestoreStep, pollRestoreStep, type StepLook } from "./restore-steps.ts";
import { countEndpoints, readTraffic, setTraffic } from "./traffic.ts";

/**
 * The steps with side effects, by name. Each may run twice and looks before it acts; each throws DrydockError for what is
 * expected to fail, which `answer` turns into data.
 */
export function createActivities(ports: ActivityPorts) {
  return {
    readFleet: (_: null) => readFleet(ports),
    observeCluster: (input: { readonly name: string; readonly resourceId: string }) => tryObserveCluster(ports, input),
    preflightCluster: (input: Parameters<typeof preflightCluster>[1]) => preflightCluster(ports, input),
    callCheck: (input: Parameters<typeof callCheck>[1]) => callCheck(ports.preflight, input),
    beginCheckJob: (input: CheckInput) => beginCheckJob(ports.preflight, input),
    pollCheckJob: (input: CheckInput) => pollCheckJob(ports.preflight, input),
    removeCheckJob: (input: CheckInput) => removeCheckJob(ports.preflight, input),
    observeWorkloads: (input: { readonly resourceId: string }) => observeWorkloads(ports, input),
    listNodes: (input: Parameters<typeof listNodes>[1]) => listNodes(ports, input),
    cordonNodes: (input: Parameters<typeof cordonNodes>[1]) => cordonNodes(ports, input),
    uncordonNodes: (input: Parameters<typeof uncordonNodes>[1]) => uncordonNodes(ports, input),
    drainSlice: (input: Parameters<typeof drainSlice>[1]) => drainSlice(ports, input),
    observeRoll: (input: Parameters<typeof observeRoll>[1]) => observeRoll(ports, input),
    applyRemedy: (input: Parameters<typeof applyRemedy>[1]) => applyRemedy(ports, input),
    deletePod: (input: Parameters<typeof deletePod>[1]) => deletePod(ports, input),
    undoRemedies: (input: Parameters<typeof undoRemedies>[1]) => undoRemedies(ports, input),
    observeHealth: (input: Parameters<typeof observeHealth>[1]) => observeHealth(ports, input),
    readTraffic: (input: Parameters<typeof readTraffic>[1]) => readTraffic(ports, input),
    setTraffic: (input: Parameters<typeof setTraffic>[1]) => setTraffic(ports, input),
    countEndpoints: (input: Parameters<typeof countEndpoints>[1]) => countEndpoints(ports, input),
    beginOperation: (input: Parameters<ActivityPorts["beginOperation"]>[0]) => ports.beginOperation(input),
    pollOperation: (input: PollInput) => ports.pollOperation(input.operation, input.state),
    readClusterResult: (input: { readonly instanceId: string }) => readClusterResult(ports, input),
    checkRunAlive: (input: { readonly instanceId: string }) => checkRunAlive(ports, input),
    readPlan: (input: { readonly instanceId: string }) => readPlan(ports, input),
    findLeftovers: (_: null) => findLeftovers(ports),
    removeLeftover: (input: Parameters<typeof removeLeftover>[1]) => removeLeftover(ports, input),
    keepReport: (input: Parameters<typeof keepReport>[1]) => keepReport(ports, input),
    planTest: (input: TestInput) => planTest(ports, input),
    beginRestoreStep: (input: LongStep) => beginRestoreStep(ports, input),
    pollRestoreStep: (input: StepLook) => pollRestoreStep(ports, input),
    isolateScratch: (input: Isolation) => isolateScratch(ports, input),
    checkIsolation: (input: Isolation) => checkIsolation(ports, input),
    removeProbe: (input: AskedProbe) => removeProbe(ports, input),
    readTestResult: (input: { readonly instanceId: string }) => readTestResult(ports, input),
    deliverGate: (input: Parameters<typeof deliverGate>[1]) => deliverGate(ports, input),
    deliverNotice: (input: Parameters<typeof deliverNotice>[1]) => deliverNotice(ports, input),
    deliverCard: (input: Parameters<typeof deliverCard>[1]) => deliverCard(ports, input),
  };
}

type Begun = ActivityPorts["pollOperation"];
interface PollInput {
  readonly operation: Parameters<Begun>[0];
  readonly state: Parameters<Begun>[1];
}

/** The activities, as orchestrations call them. */
export type Activities = ReturnType<typeof createActivities>;
