import { z } from "zod";
import { type Finding, findingSchema } from "../finding.ts";
import { estimateCost } from "../restore/estimate-cost.ts";
import { hindranceOf, scratchSpec } from "../restore/planned-test.ts";
import type { QueuedTest } from "../restore/queued-test.ts";
import { estimatedMinutes, type RestoreRunPlan, runHindrance } from "../restore/restore-run-plan.ts";
import { scratchRoles } from "../restore/scratch.ts";
import { instantSchema as instant } from "./run-head.ts";

const costSchema = z.object({ amount: z.number(), currency: z.string(), isComplete: z.boolean() });

/** What the test of a cluster's backup would restore, and all that would be made for it. */
export const plannedTestViewSchema = z
  .object({
    cluster: z.string(),
    provider: z.enum(["azure-backup", "velero"]),
    /** Why it would not be begun, if so. */
    skip: z.string().nullable(),
    point: z.object({ id: z.string(), takenAt: instant, tier: z.string() }).nullable(),
    region: z.string(),
    kubernetesVersion: z.string(),
    nodes: z.object({ vmSize: z.string(), count: z.int() }),
    /** Resource ids; * stands for what comes from the run's id. */
    makes: z.array(z.string()),
    roles: z.array(z.object({ role: z.string(), scope: z.string(), of: z.string(), why: z.string() })),
    /** In the scratch cluster. */
    namespaces: z.array(z.string()),
    probes: z.array(z.string()),
    keepHours: z.number(),
    estimatedMinutes: z.int(),
    cost: costSchema,
    findings: z.array(findingSchema),
  })
  .meta({ id: "PlannedRestoreTest" });

/** A plan of restore tests, as the API and the command line show it. */
export const restorePlanViewSchema = z
  .object({
    id: z.string(),
    kind: z.literal("restore-test"),
    plannedAt: instant,
    fleetDigest: z.string(),
    /** Why nothing would be made, if so. */
    blocked: z.string().nullable(),
    /** Scratch clusters at the same time. */
    maxClusters: z.int(),
    tests: z.array(plannedTestViewSchema),
    cost: costSchema,
    findings: z.array(findingSchema),
  })
  .meta({ id: "RestorePlan" });
export type RestorePlanView = z.infer<typeof restorePlanViewSchema>;

/** A plan of restore tests. Nothing of it is there yet, so names that come from the run's id are left open. */
export function restorePlanView(id: string, plan: RestoreRunPlan): RestorePlanView {
  const { plannedAt, fleetDigest, scratch, tests, cost, findings } = plan;
  return {
    ...{ id, kind: "restore-test", plannedAt, fleetDigest, cost, findings: [...findings] },
    blocked: runHindrance(plan),
    maxClusters: scratch?.shared ? 1 : (scratch?.maxClusters ?? 0),
    tests: tests.map((test) => testView(plan, test)),
  };
}

function testView({ prices }: RestoreRunPlan, { input, planned }: QueuedTest): RestorePlanView["tests"][number] {
  const { cluster, test, scratch, keepHours } = input;
  const hindrance = hindranceOf(planned);
  const minutes = hindrance === null ? estimatedMinutes(input) : 0;
  const cost = { amount: 0, currency: "", isComplete: false };
  return {
    ...{ cluster, provider: test.provider, keepHours, point: planned.point, region: planned.region },
    skip: hindrance?.reason ?? null,
    kubernetesVersion: planned.kubernetesVersion,
    nodes: { vmSize: scratch.vmSize, count: scratch.nodeCount },
    ...(hindrance === null ? made({ input, planned }) : { makes: [], roles: [] }),
    namespaces: [...(planned.namespaces ?? [])],
    probes: test.probes.map(({ name }) => name),
    estimatedMinutes: minutes,
    cost: prices ? estimateCost(scratch, prices, [minutes / 60]) : cost,
    findings: [...planned.findings] satisfies Finding[],
  };
}

function made({ input, planned }: Pick<QueuedTest, "input" | "planned">) {
  const { names } = planned;
  const spec = scratchSpec(input, planned, new Date(0).toISOString());
  const identities = { cluster: "the scratch cluster", extension: "its backup extension" };
  const open = (text: string) => text.replaceAll(names.cluster.replace("drydock-", ""), "*");
  const service = [
    `${names.clusterId}/providers/Microsoft.KubernetesConfiguration/extensions/${names.extension}`,
    `${names.clusterId}/trustedAccessRoleBindings/${names.binding}`,
  ];
  const roles = scratchRoles(spec, names.clusterId, identities).map(({ role, scope, principalId, why }) => {
    const isOurs = Object.values(identities).includes(principalId);
    return { role, scope: open(scope), of: isOurs ? principalId : "the backup vault", why };
  });
  return {
    makes: [
      names.groupId,
      ...(spec.staging?.isOwn ? [names.stagingAccountId] : []),
      names.clusterId,
      ...(spec.surroundings === null ? [] : service),
    ].map(open),
    roles,
  };
}
