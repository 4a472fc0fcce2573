import { type BackupFaults, backupFaults } from "../backup/backup-faults.ts";
import { handleBackups } from "../backup/backup-jobs.ts";
import { handleBackupOperations } from "../backup/backup-operations.ts";
import { backupSectionSchema } from "../backup/backup-section.ts";
import { Backups } from "../backup/backups.ts";
import { keepBaseline } from "../backup/recovery-points.ts";
import { handleRestores } from "../backup/restore-jobs.ts";
import { latestImage } from "../fleet/azure-file.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { disruptionController } from "../kubernetes/controllers/disruption.ts";
import { type ClusterEnvironment, ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { handlePodLives } from "../kubernetes/model/pod-lifecycle.ts";
import type { Random } from "../random.ts";
import type { ModelSettings } from "../settings.ts";
import { Secrets } from "../state/secrets.ts";
import type { Collection } from "../state/store.ts";
import { installVelero } from "../velero/velero.ts";
import type { World } from "../world.ts";
import { AutoUpgrades } from "./auto-upgrade.ts";
import { type AzureFaults, NO_AZURE_FAULTS } from "./azure-faults.ts";
import { connectFlux } from "./flux-configurations.ts";
import { type FluxStatusProvider, PENDING_FLUX } from "./flux-status.ts";
import { foundFleet } from "./found-fleet.ts";
import { GroupIndex } from "./group-index.ts";
import { handleOperations } from "./operations.ts";
import { populateCluster } from "./populate-cluster.ts";
import type { QuotaLimit } from "./quota.ts";
import * as records from "./records.ts";
import { scheduleReleases } from "./releases.ts";
import { clusterId, groupId, listOf } from "./resource-id.ts";

type ClusterRecord = records.ClusterRecord;
type PoolRecord = records.PoolRecord;
type OperationRecord = records.OperationRecord;
type ResourceRecord = records.ResourceRecord;

/** How long the clusters of the fleet file have been running when the world begins. */
const AGE_MS = 12 * 86_400_000;

/** What a scenario adds to an Azure: its limits, and what goes wrong in it. */
export interface AzureConditions {
  readonly faults?: AzureFaults;
  readonly quotas?: readonly QuotaLimit[];
  readonly backupFaults?: BackupFaults;
}

/** Is told of a resource that has been provisioned (or changed), or that is gone. Inside the change that does so. */
export type ResourceFollower = (resource: records.ResourceRecord, isThere: boolean) => void;

/** What Azure knows: clusters, pools, operations, all other resources. A cluster's Kubernetes is made when somebody first looks into it. */
export class AzureModel {
  readonly world: World;
  readonly fleet: Fleet;
  readonly settings: ModelSettings;
  readonly faults: AzureFaults;
  readonly quotas: readonly QuotaLimit[];
  readonly random: Random;
  readonly secrets: Secrets;
  readonly clusters: Collection<ClusterRecord>;
  readonly pools: Collection<PoolRecord>;
  readonly operations: Collection<OperationRecord>;
  /** Everything that is neither cluster nor pool, by id in lower case; resource groups too. */
  readonly resources: Collection<ResourceRecord>;
  /** What Azure Backup keeps of vaults and clusters. */
  readonly backups: Backups;
  /** What Flux says of the configurations. */
  fluxStatus: FluxStatusProvider = PENDING_FLUX;
  #environment: ClusterEnvironment = {};
  readonly #poolsByCluster: GroupIndex<PoolRecord>;
  readonly #running: GroupIndex<OperationRecord>;
  readonly #resourcesByList: GroupIndex<ResourceRecord>;
  readonly #followers: ResourceFollower[] = [];
  readonly #models = new Map<string, ClusterModel>();

  constructor(world: World, fleet: Fleet, settings: ModelSettings, conditions: AzureConditions = {}) {
    this.world = world;
    this.fleet = fleet;
    this.settings = settings;
    this.faults = conditions.faults ?? NO_AZURE_FAULTS;
    this.quotas = conditions.quotas ?? [];
    this.random = world.random("azure");
    this.secrets = new Secrets(world.store);
    this.clusters = world.store.collection("clusters", (value) => records.clusterRecordSchema.parse(value));
    this.pools = world.store.collection("pools", (value) => records.poolRecordSchema.parse(value));
    this.operations = world.store.collection("operations", (value) => records.operationRecordSchema.parse(value));
    this.resources = world.store.collection("resources", (value) => records.resourceRecordSchema.parse(value));
    this.#poolsByCluster = new GroupIndex(this.pools, ({ clusterName }) => clusterName.toLowerCase());
    this.#running = new GroupIndex(this.operations, ({ clusterName, status }) =>
      status === "InProgress" && clusterName !== "" ? clusterName.toLowerCase() : undefined,
    );
    this.#resourcesByList = new GroupIndex(this.resources, ({ id }) => listOf(id));
    const backupConditions = conditions.backupFaults ?? backupFaults(backupSectionSchema.parse({}), world.startMs);
    this.backups = new Backups(this, backupConditions);
    this.#handleAgenda();
    const autoUpgrades = new AutoUpgrades(this);
    connectFlux(this);
    if (this.clusters.size === 0 && this.resources.size === 0) {
      world.store.transaction(() => {
        foundFleet(this);
        scheduleReleases(this);
        autoUpgrades.plan();
      });
    }
  }

  /** The cluster of this name, in any case. Names are unique in this Azure: the Kubernetes API is found by them. */
  findCluster(name: string): ClusterRecord | undefined {
    return this.clusters.get(name.toLowerCase());
  }

  putCluster(cluster: ClusterRecord): ClusterRecord {
    this.clusters.put(cluster.name.toLowerCase(), cluster);
    return cluster;
  }

  /** A cluster's pools, by name. */
  poolsOf(clusterName: string): PoolRecord[] {
    return this.#poolsByCluster.valuesOf(clusterName.toLowerCase());
  }

  findPool(clusterName: string, poolName: string): PoolRecord | undefined {
    return this.pools.get(poolKey(clusterName, poolName));
  }

  putPool(pool: PoolRecord): PoolRecord {
    this.pools.put(poolKey(pool.clusterName, pool.name), pool);
    return pool;
  }

  removePool(pool: PoolRecord): void {
    this.pools.delete(poolKey(pool.clusterName, pool.name));
  }

  findGroup(subscriptionId: string, name: string): ResourceRecord | undefined {
    return this.findResource(groupId(subscriptionId, name));
  }

  findResource(id: string): ResourceRecord | undefined {
    return this.resources.get(id.toLowerCase());
  }

  /** The resources whose id is `list` and one segment more, in the order of their ids. */
  resourcesIn(list: string): ResourceRecord[] {
    return this.#resourcesByList.valuesOf(list.toLowerCase());
  }

  /** Keeps a resource, with when it was made and last changed. Only inside a change. */
  putResource(resource: Omit<ResourceRecord, "createdMs" | "changedMs" | "extra"> & Partial<ResourceRecord>) {
    const key = resource.id.toLowerCase();
    const { nowMs } = this.world;
    const createdMs = this.resources.get(key)?.createdMs ?? nowMs;
    const record: ResourceRecord = { extra: {}, ...resource, createdMs, changedMs: nowMs };
    this.resources.put(key, record);
    return record;
  }

  /** Gives the clusters what they have beside Kubernetes itself: controllers, and the images that can be pulled. Before anybody looks into one. */
  equipClusters(environment: ClusterEnvironment): void {
    if (this.#models.size > 0) throw new Error("clusters that are running cannot be given another environment");
    this.#environment = environment;
  }

  /** Lets somebody act on resources that come and go: what an extension does in its cluster, say. */
  followResources(follower: ResourceFollower): void {
    this.#followers.push(follower);
  }

  /** Tells the followers of a resource that its operation has ended. */
  tellOfResource(resource: ResourceRecord, isThere: boolean): void {
    for (const follow of this.#followers) follow(resource, isThere);
  }

  /** The operation that holds a cluster; there is at most one. */
  runningOperation(clusterName: string): OperationRecord | undefined {
    return this.#running.valuesOf(clusterName.toLowerCase())[0];
  }

  /** The image that a new node of this operating system gets now in a region. */
  latestImage(osSKU: string, location: string): string {
    const { startMs, nowMs } = this.world;
    const latest = latestImage(this.fleet.azure, osSKU, { location, startMs, nowMs });
    if (latest === undefined) throw new Error(`azure.yaml has no image for ${osSKU} that is out in ${location}`);
    return latest;
  }

  /** A cluster's Kubernetes; made, as it would stand after days of running, when it is first asked for. */
  kubernetes(clusterName: string): ClusterModel {
    const record = this.findCluster(clusterName);
    if (!record) throw new Error(`there is no cluster ${clusterName}`);
    const model = this.#modelOf(record.name);
    if (!record.materialised) {
      this.world.change(() => {
        const bornMs = record.createdMs ?? this.world.startMs - AGE_MS;
        model.populate(bornMs, () => populateCluster(this, record, model));
        this.putCluster({ ...(this.findCluster(record.name) ?? record), materialised: true });
        for (const instance of this.backups.instancesOf(clusterId(record))) {
          keepBaseline(this.backups, instance, record.name);
        }
        const { velero } = this.fleet.azure.clusters.find(({ name }) => name === record.name) ?? {};
        if (velero && record.createdMs === undefined) installVelero(model, velero);
      });
    }
    return model;
  }

  /** Takes everything out of a cluster's Kubernetes; its controllers find nothing to do. Only inside a change. */
  emptyKubernetes(clusterName: string): void {
    const record = this.findCluster(clusterName);
    if (!record?.materialised) return;
    const model = this.#modelOf(record.name);
    for (const resource of [...model.resources()].reverse()) {
      const table = model.tableOf(resource);
      for (const object of table.list()) table.remove(object);
    }
  }

  /** A new machine of a pool, and the pool with it. */
  addMachine(
    pool: PoolRecord,
    software: Pick<records.Machine, "imageVersion" | "kubernetesVersion">,
    surge = false,
  ): { pool: PoolRecord; machine: records.Machine } {
    const ordinal = pool.nextMachine;
    const zones = pool.settings.availabilityZones ?? [];
    const zone = zones[ordinal % Math.max(1, zones.length)];
    const machine: records.Machine = {
      name: `aks-${pool.name}-${pool.scaleSetId}-vmss${ordinal.toString(36).padStart(6, "0")}`,
      ...software,
      ...(zone === undefined ? {} : { zone }),
      surge,
      joined: false,
    };
    return { pool: { ...pool, nextMachine: ordinal + 1, machines: [...pool.machines, machine] }, machine };
  }

  /** The model of a cluster that is there, or was: what the agenda still holds for it must find something. */
  #modelOf(name: string): ClusterModel {
    const key = name.toLowerCase();
    const known = this.#models.get(key);
    if (known) return known;
    const model = new ClusterModel(this.world, name, this.settings, this.#environment);
    this.#models.set(key, model);
    return model;
  }

  #handleAgenda(): void {
    handlePodLives(this.world, (name) => this.#modelOf(name));
    this.world.skipWhen("pod.gone", ({ cluster = "", namespace = "", name = "" }) =>
      this.faults.neverGone({ cluster, namespace, name }),
    );
    this.world.handle("budget.recheck", ({ cluster = "", namespace, name }) =>
      this.#modelOf(cluster).enqueue(disruptionController, `${namespace}/${name}`),
    );
    handleOperations(this);
    handleBackups(this.backups);
    handleBackupOperations(this.backups);
    handleRestores(this.backups);
  }
}

function poolKey(clusterName: string, poolName: string): string {
  return `${clusterName}/${poolName}`.toLowerCase();
}
