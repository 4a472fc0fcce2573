import { latestImage, type PoolEntry } from "../fleet/azure-file.ts";
import type { Fleet } from "../fleet/fleet.ts";
import { disruptionController } from "../kubernetes/controllers/disruption.ts";
import { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { handlePodLives } from "../kubernetes/model/pod-lifecycle.ts";
import type { Random } from "../random.ts";
import type { ModelSettings } from "../settings.ts";
import { Secrets } from "../state/secrets.ts";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import { handleOperations } from "./operations.ts";
import { populateCluster } from "./populate-cluster.ts";
import {
  type ClusterRecord,
  clusterRecordSchema,
  type Machine,
  type OperationRecord,
  operationRecordSchema,
  type PoolRecord,
  poolRecordSchema,
} from "./records.ts";

/** How long clusters have been running when the world begins. */
const AGE_MS = 12 * 86_400_000;

/** What Azure knows: clusters, pools, operations. A cluster's Kubernetes is made when somebody first looks into it. */
export class AzureModel {
  readonly world: World;
  readonly fleet: Fleet;
  readonly settings: ModelSettings;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly clusters: Collection<ClusterRecord>;
  readonly pools: Collection<PoolRecord>;
  readonly operations: Collection<OperationRecord>;
  readonly #models = new Map<string, ClusterModel>();

  constructor(world: World, fleet: Fleet, settings: ModelSettings) {
    this.world = world;
    this.fleet = fleet;
    this.settings = settings;
    this.random = world.random("azure");
    this.secrets = new Secrets(world.store);
    this.clusters = world.store.collection("clusters", (value) => clusterRecordSchema.parse(value));
    this.pools = world.store.collection("pools", (value) => poolRecordSchema.parse(value));
    this.operations = world.store.collection("operations", (value) => operationRecordSchema.parse(value));
    handlePodLives(world, (name) => this.kubernetes(name));
    world.handle("budget.recheck", ({ cluster = "", namespace, name }) =>
      this.kubernetes(cluster).enqueue(disruptionController, `${namespace}/${name}`),
    );
    handleOperations(this);
    if (this.clusters.size === 0) world.store.transaction(() => this.#found());
  }

  /** The cluster of this name, in any case. */
  findCluster(name: string): ClusterRecord | undefined {
    return this.clusters.get(name.toLowerCase());
  }

  /** A cluster's pools, by name. */
  poolsOf(clusterName: string): PoolRecord[] {
    const prefix = `${clusterName.toLowerCase()}/`;
    return this.pools
      .keys()
      .filter((key) => key.startsWith(prefix))
      .sort()
      .flatMap((key) => this.pools.get(key) ?? []);
  }

  findPool(clusterName: string, poolName: string): PoolRecord | undefined {
    return this.pools.get(poolKey(clusterName, poolName));
  }

  putPool(pool: PoolRecord): PoolRecord {
    this.pools.put(poolKey(pool.clusterName, pool.name), pool);
    return pool;
  }

  /** The operation that is under way on a cluster; there is at most one. */
  runningOperation(clusterName: string): OperationRecord | undefined {
    return this.operations
      .values()
      .find((operation) => operation.clusterName === clusterName && operation.status === "InProgress");
  }

  /** The image that a new node of this operating system gets now. */
  latestImage(osSKU: string): string {
    const { startMs, nowMs } = this.world;
    const latest = latestImage(this.fleet.azure, osSKU, startMs, nowMs);
    if (latest === undefined) throw new Error(`azure.yaml has no released image for ${osSKU}`);
    return latest;
  }

  /** A cluster's Kubernetes; made, as it would stand after days of running, when it is first asked for. */
  kubernetes(clusterName: string): ClusterModel {
    const record = this.findCluster(clusterName);
    if (!record) throw new Error(`there is no cluster ${clusterName}`);
    const known = this.#models.get(record.name);
    if (known) return known;
    const model = new ClusterModel(this.world, record.name, this.settings);
    this.#models.set(record.name, model);
    if (!record.materialised) {
      this.world.change(() => {
        model.populate(this.world.startMs - AGE_MS, () => populateCluster(this, record, model));
        this.clusters.put(record.name.toLowerCase(), { ...record, materialised: true });
      });
    }
    return model;
  }

  /** A new machine of a pool, and the pool with it. */
  addMachine(
    pool: PoolRecord,
    software: Pick<Machine, "imageVersion" | "kubernetesVersion">,
    surge = false,
  ): { pool: PoolRecord; machine: Machine } {
    const ordinal = pool.nextMachine;
    const zones = pool.settings.availabilityZones ?? [];
    const zone = zones[ordinal % Math.max(1, zones.length)];
    const machine: Machine = {
      name: `aks-${pool.name}-${pool.scaleSetId}-vmss${ordinal.toString(36).padStart(6, "0")}`,
      ...software,
      ...(zone === undefined ? {} : { zone }),
      surge,
      joined: false,
    };
    return { pool: { ...pool, nextMachine: ordinal + 1, machines: [...pool.machines, machine] }, machine };
  }

  #found(): void {
    for (const entry of this.fleet.azure.clusters) {
      const { name, resourceGroup, location, kubernetesVersion, tags = {} } = entry;
      const eTag = this.random.uuid();
      const record = { name, resourceGroup, location, kubernetesVersion, tags, eTag, materialised: false };
      this.clusters.put(name.toLowerCase(), record);
      for (const pool of entry.pools) this.#foundPool(name, kubernetesVersion, pool);
    }
  }

  #foundPool(clusterName: string, kubernetesVersion: string, entry: PoolEntry): void {
    const { name, nodeImageVersion, orchestratorVersion = kubernetesVersion, upgradeSettings = {}, ...rest } = entry;
    let pool: PoolRecord = {
      clusterName,
      name,
      settings: { ...rest, osDiskSizeGB: 128, orchestratorVersion, upgradeSettings },
      nodeImageVersion,
      provisioningState: "Succeeded",
      eTag: this.random.uuid(),
      scaleSetId: String(this.random.between(10_000_000, 49_999_999)),
      nextMachine: 0,
      machines: [],
    };
    const software = { imageVersion: nodeImageVersion, kubernetesVersion: orchestratorVersion };
    for (let count = 0; count < entry.count; count += 1) pool = this.addMachine(pool, software).pool;
    const machines = pool.machines.map((machine) => ({ ...machine, joined: true }));
    this.putPool({ ...pool, machines });
  }
}

function poolKey(clusterName: string, poolName: string): string {
  return `${clusterName}/${poolName}`.toLowerCase();
}
