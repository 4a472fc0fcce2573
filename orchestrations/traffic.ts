import { estimateDrain } from "../domain/estimate.ts";
import type { Finding } from "../domain/finding.ts";
import { planTraffic, type TrafficPlan, type TrafficPolicy, type Weights, weightText } from "../domain/traffic.ts";
import type { UndoStep } from "../domain/undo-record.ts";
import { passCheckpoint } from "./checkpoint.ts";
import { nowIso, nowMs, perform, type Step, waitUntil } from "./durable.ts";
import { PoolHalted, type PoolWork } from "./upgrade-pool.ts";
import { watchPool } from "./watch-pool.ts";

/** How long the service that is to get traffic may take to have an endpoint that is ready. */
const ENDPOINT_MINUTES = 10;
const ENDPOINT_POLL_MS = 15_000;

/**
 * Moves the traffic of the pool's routes step by step to the services that have none, and watches the cluster after each step.
 * The weights that a route had are kept before it is changed, and given back with everything else that is undone.
 */
export function* shiftTraffic(work: PoolWork): Step<void> {
  for (const policy of work.input.traffic ?? []) yield* shiftRoute(work, policy);
}

function* shiftRoute(work: PoolWork, policy: TrafficPolicy): Step<void> {
  const { context, input } = work;
  const { resourceId } = input;
  const facts = yield* perform(context, "readTraffic", { resourceId, route: policy.route });
  if (facts === null) {
    work.findings.push(noRoute(work, policy));
    return;
  }
  const plan = planTraffic(policy, facts);
  if (plan.kind === "refused") throw refused(work, policy, plan.why);
  const taken: string[] = [];
  work.undo.push({ do: "revertTraffic", policy, original: plan.original, expected: ours(plan) });
  for (const weights of plan.steps) {
    yield* passPause(work);
    yield* awaitEndpoints(work, policy, plan.to);
    yield* perform(context, "setTraffic", { resourceId, policy, to: weights, expected: ours(plan) });
    taken.push(`${weightText(policy, weights)} at ${nowIso(context)}`);
    work.show({ state: "soaking", waitingFor: `traffic of ${policy.route}: ${weightText(policy, weights)}` });
    yield* watchPool(work, policy.pauseMinutes);
  }
  work.findings.push(shifted(work, policy, plan, taken));
}

/** Begins no step while the run is paused; what was moved stays where it is meanwhile. */
function* passPause(work: PoolWork): Step<void> {
  const { context, input } = work;
  const { stop } = yield* passCheckpoint({
    ...{ context, runId: input.runId, window: null, work: estimateDrain() },
    onHold({ reason }) {
      work.show({ state: "waiting", waitingFor: reason });
      return undefined;
    },
  });
  if (stop) throw new PoolHalted("cancelled", "the run was cancelled");
}

/** Weights that a route may have while a run moves its traffic. */
function ours({ original, steps }: TrafficPlan): Weights[] {
  return [original, ...steps];
}

/** Gives a route the weights that it had; throws when somebody else has changed them meanwhile. */
export function* revertTraffic(work: PoolWork, step: Extract<UndoStep, { do: "revertTraffic" }>): Step<void> {
  const { context, input } = work;
  const { policy, original, expected } = step;
  yield* perform(context, "setTraffic", { resourceId: input.resourceId, policy, to: original, expected });
  const before = weightText(policy, original);
  work.findings.push(
    telling(work, policy, {
      ...{
        code: "TrafficReverted",
        severity: "info",
        message: `the traffic of ${policy.route} is as it was: ${before}`,
      },
      evidence: [`at ${nowIso(context)}`],
      remedy: "Nothing has to be done.",
    }),
  );
}

/** No traffic goes to a service that nobody would answer for. */
function* awaitEndpoints(work: PoolWork, { route }: TrafficPolicy, service: string): Step<void> {
  const { context, input } = work;
  const namespace = route.split("/")[0] ?? "";
  const deadlineMs = nowMs(context) + ENDPOINT_MINUTES * 60_000;
  for (;;) {
    const { ready } = yield* perform(context, "countEndpoints", { resourceId: input.resourceId, namespace, service });
    if (ready > 0) return;
    const why = `service ${namespace}/${service} has no endpoint that is ready`;
    if (nowMs(context) >= deadlineMs) throw halted(work, route, "NoReadyEndpoint", why);
    work.show({ waitingFor: why });
    yield* waitUntil(context, nowMs(context) + ENDPOINT_POLL_MS);
  }
}

function refused(work: PoolWork, { route }: TrafficPolicy, why: string): PoolHalted {
  return halted(work, route, "TrafficUnclear", `the traffic of HTTPRoute ${route} cannot be moved: ${why}`);
}

function halted(work: PoolWork, route: string, code: string, message: string): PoolHalted {
  const { cluster } = work.input;
  const remedy =
    "Give the route the two services alone, all traffic to one of them, and the other one pods; then run again.";
  work.findings.push({
    code,
    severity: "blocker",
    subject: `${cluster}/${route}`,
    message,
    evidence: [],
    remedy,
    cluster,
  });
  return new PoolHalted("failed", message);
}

function noRoute(work: PoolWork, policy: TrafficPolicy): Finding {
  return telling(work, policy, {
    code: "TrafficRouteMissing",
    severity: "warning",
    message: `${work.input.cluster} has no HTTPRoute ${policy.route}, whose traffic was to be moved`,
    evidence: [],
    remedy: "Name the clusters that have it (upgrade.traffic[].clusters), or make it.",
  });
}

function shifted(work: PoolWork, policy: TrafficPolicy, plan: TrafficPlan, taken: readonly string[]): Finding {
  return telling(work, policy, {
    code: "TrafficShifted",
    severity: "info",
    message: `the traffic of ${policy.route} went to ${plan.to} in ${taken.length} steps`,
    evidence: [`${weightText(policy, plan.original)} before`, ...taken],
    remedy: "Nothing has to be done.",
  });
}

function telling(work: PoolWork, { route }: TrafficPolicy, said: Omit<Finding, "subject" | "cluster">): Finding {
  const { cluster } = work.input;
  return { ...said, subject: `${cluster}/${route}`, cluster };
}
