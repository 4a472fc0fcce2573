import type { ClusterFacts, PoolFacts } from "../domain/cluster-facts.ts";
import { byGravity, type Finding } from "../domain/finding.ts";
import { type FollowedRoll, isRolling } from "../domain/followed-roll.ts";
import { provePool } from "../domain/proof.ts";
import { type ClusterResult, findingsIn, type PoolResult, type UpgradeReport } from "../domain/report.ts";
import { type UpgradeRunRequest, WAKE_EVENT } from "../domain/run-request.ts";
import { verdictOf } from "../domain/verdict.ts";
import { acquireLease, releaseLease } from "./cluster-lease.ts";
import { deliverReport } from "./deliver-report.ts";
import {
  errorText,
  nowIso,
  nowMs,
  type OrchestrationContext,
  perform,
  type Step,
  waitUntil,
  waitUntilOr,
} from "./durable.ts";
import { noteEnd, noteStart } from "./run-index.ts";
import { closeRecord, isCancelled } from "./run-record.ts";

/** Input of the `followRoll` orchestration. */
export interface FollowRollInput extends UpgradeRunRequest {
  readonly roll: FollowedRoll;
  /** Set when the orchestration continues as new, while it waits for the cluster. */
  readonly startedAt?: string;
}

/** Longest that a roll is followed, and how often it is looked at: less often the longer it takes. */
const DEADLINE_HOURS = 12;
const LOOK_MS = { first: 60_000, longest: 600_000 };
/** How long new nodes may take to be Ready after Azure says that it is done. */
const SETTLE_MINUTES = 10;
const SETTLE_POLL_MS = 30_000;

/**
 * The `followRoll` orchestration: follows the upgrade of a pool that somebody else began, holding the cluster's lease so that
 * no run of ours fights it, proves the pool from the cluster when it has ended, and reports. It changes nothing.
 */
export function* followRoll(context: OrchestrationContext): Step<UpgradeReport | undefined> {
  const input = context.df.getInput<FollowRollInput>();
  const { roll, startedAt = nowIso(context), ...request } = input;
  const id = context.df.instanceId;
  noteStart(context, { id, kind: "upgrade", trigger: request.trigger, facts: request.facts, startedAt });
  const show = (phase: string) => context.df.setCustomStatus({ phase });
  show(`following the upgrade of pool ${roll.pool} of ${roll.cluster} that somebody else began`);
  let result: ClusterResult | null;
  try {
    result = yield* follow(context, roll, startedAt);
    if (result === null) {
      context.df.continueAsNew({ ...input, startedAt } satisfies FollowRollInput);
      return undefined;
    }
  } catch (error) {
    const found = finding(
      roll,
      "RollUnknown",
      "warning",
      `it cannot be said how the upgrade went: ${errorText(error)}`,
    );
    result = clusterResult(
      roll,
      { outcome: "failed", reason: found.message, startedAt, endedAt: nowIso(context) },
      found,
    );
  }
  const { control } = yield* closeRecord(context, id);
  const findings = byGravity(findingsIn(result));
  const wasCancelled = result.outcome === "cancelled";
  const report: UpgradeReport = {
    id,
    kind: "upgrade",
    verdict: verdictOf([result.outcome], findings, wasCancelled),
    trigger: request.trigger,
    startedAt,
    endedAt: nowIso(context),
    fleetDigest: roll.fleetDigest,
    rings: [{ name: roll.ring, state: "done", reason: null, clusters: [result], findings: [] }],
    signals: [...control.signals],
    findings,
  };
  show(yield* deliverReport(context, report, roll.tellsTeams));
  noteEnd(context, { id, verdict: report.verdict, endedAt: report.endedAt });
  return report;
}

/** Follows a roll to its end; null when a new history is to begin, while another run has the cluster. */
function* follow(context: OrchestrationContext, roll: FollowedRoll, startedAt: string): Step<ClusterResult | null> {
  const id = context.df.instanceId;
  const cancelled = { outcome: "cancelled", reason: "the run was cancelled", startedAt } as const;
  const lease = yield* acquireLease(
    context,
    roll.resourceId,
    () => undefined,
    () => isCancelled(context, id),
  );
  if (lease === "waiting") return null;
  if (lease === "cancelled") return clusterResult(roll, { ...cancelled, endedAt: nowIso(context) });
  try {
    const before = yield* look(context, roll);
    const after = yield* awaitEnd(context, roll);
    if (after === "cancelled") return clusterResult(roll, { ...cancelled, endedAt: nowIso(context) });
    return yield* judge(context, roll, { before, after, startedAt });
  } finally {
    yield* releaseLease(context, roll.resourceId);
  }
}

function* look(context: OrchestrationContext, { cluster, resourceId }: FollowedRoll): Step<ClusterFacts> {
  const seen = yield* perform(context, "observeCluster", { name: cluster, resourceId });
  if ("unreachable" in seen) throw new Error(seen.unreachable);
  return seen.facts;
}

/** Waits for the end of the roll; events of AKS end a wait early. */
function* awaitEnd(context: OrchestrationContext, roll: FollowedRoll): Step<ClusterFacts | "cancelled"> {
  const deadlineMs = nowMs(context) + DEADLINE_HOURS * 3_600_000;
  for (let waitMs = LOOK_MS.first; ; waitMs = Math.min(LOOK_MS.longest, waitMs * 1.5)) {
    const facts = yield* look(context, roll);
    if (!isRolling(facts, roll.pool)) return facts;
    if (yield* isCancelled(context, context.df.instanceId)) return "cancelled";
    if (nowMs(context) >= deadlineMs) throw new Error(`it has not ended in ${DEADLINE_HOURS} h`);
    yield* waitUntilOr(context, nowMs(context) + waitMs, WAKE_EVENT);
  }
}

interface Seen {
  readonly before: ClusterFacts;
  readonly after: ClusterFacts;
  readonly startedAt: string;
}

function* judge(
  context: OrchestrationContext,
  roll: FollowedRoll,
  { before, after, startedAt }: Seen,
): Step<ClusterResult> {
  const info = finding(
    roll,
    "UpgradedByOthers",
    "info",
    `pool ${roll.pool} of ${roll.cluster} was upgraded by somebody else`,
  );
  const from = before.pools.find(({ name }) => name === roll.pool);
  const to = after.pools.find(({ name }) => name === roll.pool);
  const times = { startedAt, endedAt: nowIso(context) };
  if (!from || !to)
    return clusterResult(roll, { outcome: "done", reason: `pool ${roll.pool} is gone`, ...times }, info);
  const proof = yield* prove(context, roll, to);
  const isDone = proof.length === 0 && to.provisioningState === "Succeeded";
  const failed = finding(
    roll,
    "RollFailed",
    "warning",
    `the upgrade of pool ${roll.pool} ended in state ${to.provisioningState}`,
  );
  const found = [...proof, ...(to.provisioningState === "Succeeded" ? [] : [failed])];
  const pool: PoolResult = {
    name: to.name,
    mode: to.mode,
    strategy: "surge",
    outcome: isDone ? "done" : "failed",
    state: isDone ? "done" : "failed",
    fromImage: from.nodeImageVersion,
    toImage: to.nodeImageVersion,
    fromVersion: from.kubernetesVersion,
    toVersion: to.kubernetesVersion,
    replacement: null,
    drains: [],
    findings: found,
    startedAt,
    endedAt: nowIso(context),
  };
  const reason = found[0]?.message ?? null;
  const outcome = isDone ? "done" : "failed";
  return { ...clusterResult(roll, { outcome, reason, startedAt, endedAt: nowIso(context) }, info), pools: [pool] };
}

function* prove(context: OrchestrationContext, roll: FollowedRoll, pool: PoolFacts): Step<Finding[]> {
  const deadlineMs = nowMs(context) + SETTLE_MINUTES * 60_000;
  for (;;) {
    const nodes = yield* perform(context, "listNodes", { resourceId: roll.resourceId, pool: pool.name });
    const { nodeImageVersion: image, kubernetesVersion: version } = pool;
    const proof = provePool({ cluster: roll.cluster, pool: pool.name, image, version, nodes, before: [], after: [] });
    if (proof.length === 0 || nowMs(context) >= deadlineMs) return proof;
    yield* waitUntil(context, nowMs(context) + SETTLE_POLL_MS);
  }
}

function clusterResult(
  { cluster }: FollowedRoll,
  how: Pick<ClusterResult, "outcome" | "reason" | "startedAt" | "endedAt">,
  ...findings: Finding[]
): ClusterResult {
  return { name: cluster, ...how, attempt: 1, controlPlane: null, pools: [], findings };
}

function finding(
  { cluster, pool }: FollowedRoll,
  code: string,
  severity: Finding["severity"],
  message: string,
): Finding {
  return {
    code,
    severity,
    subject: `${cluster}/${pool}`,
    message,
    evidence: [],
    remedy:
      severity === "info"
        ? "Nothing has to be done; who began it stands in the activity log of the cluster."
        : "Look at the cluster's activity log and at the pool (az aks nodepool show); the next run takes up what is behind.",
    cluster,
  };
}
