import { DrydockError, terminal } from "../domain/errors.ts";
import { byGravity } from "../domain/finding.ts";
import type { ClusterConfig, FleetConfig } from "../domain/fleet-config.ts";
import { type CheckOutcome, type CustomCheck, outcomeFindings } from "../domain/preflight/custom-check.ts";
import type { PreflightResult } from "../domain/preflight/preflight.ts";
import { DEFAULT_PREFLIGHT_POLICY } from "../domain/preflight/preflight-policy.ts";
import { type ClusterReadiness, type Readiness, readinessOf, worstOf } from "../domain/preflight/readiness.ts";
import { readinessPlan } from "../domain/preflight/readiness-plan.ts";
import { callCheck } from "./custom-checks.ts";
import type { ActivityPorts } from "./ports.ts";
import { type AssessPorts, assessCluster } from "./preflight.ts";

/** Clusters that are looked at at the same time. */
const PARALLEL = 8;
/** Longest that an answer may take; Azure's front end cuts a request after 230 s. */
const DEADLINE_MS = 120_000;

/** Whose readiness is asked for. */
export interface ReadinessTargets {
  readonly clusters: readonly ClusterConfig[];
  /** One pool, or all that there are. */
  readonly pool: string | null;
  /** Version that the control plane is to run; null asks about node images alone. */
  readonly targetVersion: string | null;
}

/**
 * Says how ready clusters are, several at a time. It always answers in time: of a cluster that could not be looked at by
 * then, nothing can be told. Throws DrydockError "NotFound" for a pool that its cluster does not have.
 */
export async function assessFleet(
  ports: AssessPorts,
  config: FleetConfig,
  targets: ReadinessTargets,
  deadlineMs = DEADLINE_MS,
): Promise<Readiness> {
  const done = new Map<string, ClusterReadiness>();
  const waiting = [...targets.clusters];
  let isLate = false;
  const work = async () => {
    for (let cluster = waiting.shift(); cluster !== undefined && !isLate; cluster = waiting.shift()) {
      done.set(cluster.name, await assess(ports, config, cluster, targets));
    }
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      isLate = true;
      resolve();
    }, deadlineMs).unref();
  });
  try {
    await Promise.race([Promise.all(Array.from({ length: PARALLEL }, work)), late]);
  } finally {
    clearTimeout(timer);
  }
  const clusters = targets.clusters.map(({ name }) => done.get(name) ?? notLookedAt(name, deadlineMs));
  const verdict = worstOf(clusters.map((cluster) => cluster.verdict));
  return { verdict, checkedAt: new Date().toISOString(), clusters };
}

async function assess(
  ports: AssessPorts,
  config: FleetConfig,
  cluster: ClusterConfig,
  { pool, targetVersion }: ReadinessTargets,
): Promise<ClusterReadiness> {
  const policy = config.rings.find(({ name }) => name === cluster.ring)?.preflight ?? DEFAULT_PREFLIGHT_POLICY;
  const rules = await assessCluster(ports, {
    cluster,
    targetVersion,
    policy,
    planOf: (facts) => {
      const plan = readinessPlan(config, cluster, facts, pool);
      if (plan !== null) return plan;
      const known = facts.pools.map(({ name }) => name).join(", ");
      throw new DrydockError(terminal("NotFound", `${cluster.name} has no pool ${pool}; its pools are ${known}`));
    },
  });
  const own = await assessChecks(ports, cluster, policy.checks);
  const findings = byGravity([...rules.findings, ...own.findings]);
  const cannotTell = [...rules.cannotTell, ...own.cannotTell];
  return {
    name: cluster.name,
    verdict: readinessOf(findings, cannotTell),
    findings,
    cannotTell,
  };
}

/** The ring's own calls. Its Jobs are left to an upgrade: to ask must not change anything. */
async function assessChecks(
  ports: Pick<ActivityPorts, "preflight">,
  { name, resourceId }: ClusterConfig,
  checks: readonly CustomCheck[],
): Promise<PreflightResult> {
  const all = await Promise.all(
    checks.map(async (check) => {
      const outcome: CheckOutcome = check.http
        ? await callCheck(ports.preflight, { resourceId, check })
        : { kind: "unknown", why: `check ${check.name} is a Job, which only an upgrade's preflight runs` };
      return outcomeFindings(name, check, outcome);
    }),
  );
  return {
    findings: all.flatMap(({ findings }) => findings),
    cannotTell: all.flatMap(({ cannotTell }) => cannotTell),
  };
}

function notLookedAt(name: string, deadlineMs: number): ClusterReadiness {
  const why = `it was not looked at within ${deadlineMs / 1000} s; ask for it by itself`;
  return {
    name,
    verdict: "CANNOT TELL",
    findings: [],
    cannotTell: [{ code: "ClusterUnreachable", subject: name, why }],
  };
}
