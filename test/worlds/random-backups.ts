import type { Dice } from "./dice.ts";
import { type Design, type DesignedCluster, SUBSCRIPTION } from "./random-fleet.ts";

/** How backups of a world's clusters are made and tested; null where there are none. */
export interface DesignedBackups {
  /** Clusters that Azure Backup protects, and what their entry in azure.yaml says of it. */
  readonly protected: Readonly<Record<string, object>>;
  /** `restoreTests` of fleet.yaml. */
  readonly restoreTests: object;
}

/** The namespace of what a backup is good for, its workload and its claim. */
export const DATA = { namespace: "data", workload: "db", claim: "files-db-0" };

/** Gives some worlds backups, and a plan to prove them. */
export function withBackups(dice: Dice, design: Design): Design {
  if (!dice.chance(0.25)) return design;
  const [first, ...others] = dice.shuffle(design.clusters.map(({ name }) => name));
  const chosen = [...(first === undefined ? [] : [first]), ...others.filter(() => dice.chance(0.3))];
  const clusters = design.clusters.map((cluster) => (chosen.includes(cluster.name) ? withData(cluster) : cluster));
  return { ...design, clusters, backups: backupsOf(dice, chosen) };
}

function backupsOf(dice: Dice, chosen: readonly string[]): DesignedBackups {
  const account = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-${chosen[0]}/providers/Microsoft.Storage/storageAccounts/stbackups`;
  const entry = () => ({ startTime: dice.pick(["02:00", "07:30"]), retentionDays: dice.pick([3, 7]) });
  return {
    protected: Object.fromEntries(chosen.map((name) => [name, { vault: `bv-${name}`, ...entry() }])),
    restoreTests: {
      objectives: { rpoHours: dice.pick([6, 24, 48]), rtoMinutes: dice.pick([30, 240]) },
      scratch: {
        subscriptionId: SUBSCRIPTION,
        region: "westeurope",
        nodeCount: dice.between(1, 2),
        nodeLabels: { workload: "apps" },
        backupStorage: { storageAccountId: account, container: "backups" },
        maxClusters: dice.between(1, 2),
        shared: dice.chance(0.2),
        validationHours: dice.pick([0, 0, 0, 2]),
        expiryHours: 24,
      },
      clusters: chosen.map((cluster) => ({
        cluster,
        point: dice.pick(["latest", "latest", "oldest"]),
        readyMinutes: dice.pick([10, 30]),
        probes: [probe(dice)],
      })),
    },
  };
}

/** Reads the data of the claim; now and then it hangs. */
function probe(dice: Dice): object {
  const command = dice.chance(0.1) ? ["sleep", "infinity"] : ["sha256sum", "-c", "/data/manifest"];
  return {
    name: "files",
    namespace: DATA.namespace,
    timeoutMinutes: 5,
    job: { image: "docker.io/library/busybox:1.37", command, claims: { [DATA.claim]: "/data" } },
  };
}

function withData(cluster: DesignedCluster): DesignedCluster {
  const labels = { app: DATA.workload };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: DATA.namespace } };
  const workload = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: DATA.workload, namespace: DATA.namespace },
    spec: {
      serviceName: DATA.workload,
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: DATA.workload,
              image: "registry.example.com/db:1.0.0",
              resources: { requests: { cpu: "50m", memory: "64Mi" } },
              volumeMounts: [{ name: "files", mountPath: "/data" }],
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "files" },
          spec: {
            accessModes: ["ReadWriteOnce"],
            storageClassName: "managed-csi",
            resources: { requests: { storage: "4Gi" } },
          },
        },
      ],
    },
  };
  return { ...cluster, workloads: [...cluster.workloads, namespace, workload] };
}

/** What goes wrong with backups and with what a test makes; drawn beside what goes wrong with everything else. */
export function randomBackupFaults(dice: Dice): { readonly backup: object; readonly operations: readonly object[] } {
  const restore = () => ({
    match: {},
    nth: dice.between(1, 2),
    count: dice.pick([1, 100]),
    ...dice.pick<object>([
      { fail: { code: "UserErrorRestoreFailed", message: "The restore failed." } },
      { leaveOut: [`StatefulSet/${DATA.namespace}/.*`] },
      { leaveOut: [`PersistentVolumeClaim/${DATA.namespace}/.*`] },
      { stuckHours: dice.pick([1, 5]) },
    ]),
  });
  const isSometimes = (likelihood: number, faults: () => object[]) => (dice.chance(likelihood) ? faults() : []);
  return {
    backup: {
      corrupt: isSometimes(0.25, () => [{ match: { namespace: DATA.namespace } }]),
      missing: isSometimes(0.1, () => [{ match: {}, sinceDays: dice.pick([1, 30]) }]),
      restores: isSometimes(0.3, () => [restore()]),
      unreachable: isSometimes(0.15, () => [{ match: {}, fromHours: 0, untilHours: dice.pick([0.5, 3]) }]),
    },
    operations: isSometimes(0.25, () => [
      {
        match: { kind: dice.pick(["CreateCluster", "DeleteGroup", "PutResource"]) },
        nth: 1,
        count: dice.pick([1, 2]),
        ...(dice.chance(0.6)
          ? { fail: { code: "InternalOperationError", message: "Internal server error. Please retry the operation." } }
          : { stuckHours: dice.between(1, 3) }),
      },
    ]),
  };
}
