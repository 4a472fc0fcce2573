import type { QueuedTest } from "../domain/restore/queued-test.ts";
import {
  costOf,
  type RestoreRunPlan,
  type TestsAsked,
  testsAsked,
  unplanned,
} from "../domain/restore/restore-run-plan.ts";
import { nowIso, type OrchestrationContext, perform, performEach, type Step } from "./durable.ts";

/** Tests that are looked up side by side. */
const PLAN_WIDTH = 5;
const NO_COST = { amount: 0, currency: "", isComplete: true };

/** The `planRestoreTests` orchestration: looks up what a run of restore tests would do; nothing is made. */
export function* planRestoreTests(context: OrchestrationContext): Step<RestoreRunPlan> {
  const asked = context.df.getInput<TestsAsked>();
  const { config, digest, findings: discovered } = yield* perform(context, "readFleet", null);
  const { inputs, findings } = testsAsked(config, asked);
  const tests: QueuedTest[] = [];
  for (let from = 0; from < inputs.length; from += PLAN_WIDTH) {
    const batch = inputs.slice(from, from + PLAN_WIDTH);
    const answers = yield* performEach(context, "planTest", batch);
    for (const [index, input] of batch.entries()) {
      const answer = answers[index];
      const planned = answer?.ok
        ? answer.value
        : unplanned(input, answer?.failure.message ?? "there was no answer", answer?.failure.code ?? "Unreachable");
      tests.push({ input, planned, plannedAt: nowIso(context) });
    }
  }
  const { restoreTests, notifications } = config;
  const estimate = restoreTests
    ? costOf(restoreTests.scratch, restoreTests.prices, tests)
    : { cost: NO_COST, findings: [] };
  return {
    plannedAt: nowIso(context),
    fleetDigest: digest,
    tellsTeams: notifications.teams,
    scratch: restoreTests?.scratch ?? null,
    prices: restoreTests?.prices ?? null,
    tests,
    cost: estimate.cost,
    findings: [...discovered, ...findings, ...estimate.findings],
  };
}
