import type { ClusterFacts } from "../domain/cluster-facts.ts";
import { DrydockError } from "../domain/errors.ts";
import { byGravity, type Finding } from "../domain/finding.ts";
import { planDrift } from "../domain/plan-drift.ts";
import { doubtFindings } from "../domain/preflight/doubt.ts";
import { type PreflightResult, preflight } from "../domain/preflight/preflight.ts";
import { DEFAULT_PREFLIGHT_POLICY, type PreflightPolicy } from "../domain/preflight/preflight-policy.ts";
import { type ClusterPlan, stillBehind } from "../domain/upgrade-plan.ts";
import { type BackupProofPorts, readBackupProof } from "./backup-proof.ts";
import type { ActivityPorts, PreflightPorts } from "./ports.ts";
import { readPreflight } from "./preflight-readings.ts";

/** What a preflight found, and what is still to be done. */
export interface PreflightAnswer extends Pick<ClusterPlan, "controlPlane" | "pools"> {
  readonly findings: readonly Finding[];
}

/** A cluster whose turn has come. */
export interface PreflightInput {
  readonly plan: ClusterPlan;
  /** The ring's; what is left out is as the default is. */
  readonly policy?: PreflightPolicy;
}

/**
 * Runs every preflight check on a cluster whose turn has come; nothing is touched. What cannot be told is a finding, as grave as
 * the ring's policy wants it; what is merely worth knowing is for who asks how ready a cluster is, and not for every run's
 * report. Without nodes, pods and budgets there is no preflight: that throws DrydockError.
 */
export async function preflightCluster(ports: ActivityPorts, input: PreflightInput): Promise<PreflightAnswer> {
  const { plan, policy = DEFAULT_PREFLIGHT_POLICY } = input;
  const { facts: cluster, settings } = await ports.preflight.inspectCluster(plan.resourceId);
  const { controlPlane, pools } = stillBehind(plan, cluster);
  if (controlPlane === null && pools.length === 0) return { findings: [], controlPlane, pools };
  const todo = { ...plan, controlPlane, pools };
  const targetVersion = controlPlane?.to ?? null;
  const readBackup = wantsBackup(policy) ? () => readBackupProof(ports, plan) : null;
  const asked = { plan: todo, targetVersion, cluster, settings, isRun: true, readBackup };
  const readings = await readPreflight(ports.preflight, asked);
  const facts = { plan: todo, targetVersion, nowMs: Date.now(), policy, cluster, settings, readings };
  const { findings, cannotTell } = preflight(facts);
  const telling = findings.filter(({ severity }) => severity !== "info");
  const doubts = doubtFindings(plan.name, cannotTell, policy.cannotTell);
  return {
    findings: byGravity([...planDrift({ ...plan, pools }, cluster), ...telling, ...doubts]),
    controlPlane,
    pools,
  };
}

/** What looking at a cluster needs. */
export type AssessPorts = BackupProofPorts & Pick<ActivityPorts, "preflight">;

/** What to look at, and by which policy. */
export interface AssessInput {
  readonly cluster: { readonly name: string; readonly resourceId: string };
  /** The plan to judge, made for what is there. Throws for what is asked for and is not there. */
  readonly planOf: (cluster: ClusterFacts) => ClusterPlan;
  readonly targetVersion: string | null;
  readonly policy: PreflightPolicy;
}

/**
 * Says how ready a cluster is, without an upgrade and without touching anything. What cannot be read is told, never thrown:
 * a cluster that cannot be seen at all is one of which nothing can be told.
 */
export async function assessCluster(ports: AssessPorts, input: AssessInput): Promise<PreflightResult> {
  const { cluster: asked, planOf, targetVersion, policy } = input;
  const seen = await tryInspect(ports.preflight, asked.resourceId);
  if ("why" in seen) {
    return { findings: [], cannotTell: [{ code: "ClusterUnreachable", subject: asked.name, why: seen.why }] };
  }
  const { facts: cluster, settings } = seen;
  const plan = planOf(cluster);
  const readBackup = wantsBackup(policy) ? () => readBackupProof(ports, asked) : null;
  const reading = { plan, targetVersion, cluster, settings, isRun: false, readBackup };
  const readings = await readPreflight(ports.preflight, reading);
  return preflight({ plan, targetVersion, nowMs: Date.now(), policy, cluster, settings, readings });
}

function wantsBackup({ backup }: PreflightPolicy): boolean {
  return backup.policy !== "ignore";
}

async function tryInspect(
  ports: PreflightPorts,
  resourceId: string,
): Promise<Awaited<ReturnType<PreflightPorts["inspectCluster"]>> | { readonly why: string }> {
  try {
    return await ports.inspectCluster(resourceId);
  } catch (error) {
    if (error instanceof DrydockError) return { why: error.failure.message };
    throw error;
  }
}
