import type { PreflightReader } from "../adapters/kubernetes/preflight-reader.ts";
import type { ClusterFacts } from "../domain/cluster-facts.ts";
import type { ClusterSettings } from "../domain/cluster-settings.ts";
import { DrydockError } from "../domain/errors.ts";
import type { BackupProof } from "../domain/preflight/backup-proof.ts";
import type { PreflightFacts } from "../domain/preflight/preflight-rule.ts";
import type { PreflightPod, Reading } from "../domain/preflight/readings.ts";
import { isStopped } from "../domain/preflight/stopped.ts";
import type { ClusterPlan } from "../domain/upgrade-plan.ts";
import type { PreflightPorts } from "./ports.ts";

/** What the readings are for: what nobody will ask for is not read. */
export interface ReadingsInput {
  readonly plan: ClusterPlan;
  readonly targetVersion: string | null;
  readonly cluster: ClusterFacts;
  readonly settings: ClusterSettings;
  /**
   * Whether a run waits for the answer: then what waiting may cure is thrown as DrydockError, to be tried again, and so is
   * everything about nodes, pods and budgets, without which a run cannot go on.
   */
  readonly isRun: boolean;
  /** Reads what is known of the cluster's backups; null when the ring does not ask for it. */
  readonly readBackup: (() => Promise<BackupProof>) | null;
}

type Readings = PreflightFacts["readings"];

const NOT_READ: Reading<never> = { read: false, why: "nothing in this preflight asks for it" };

/**
 * Reads what the rules need: each list once, side by side. What cannot be read is a reading that says why, and spoils nothing
 * else.
 */
export async function readPreflight(ports: PreflightPorts, input: ReadingsInput): Promise<Readings> {
  const [kubernetes, azure] = await Promise.all([readKubernetes(ports, input), readAzure(ports, input)]);
  return { ...kubernetes, ...azure };
}

/** How often a single read is tried before the whole preflight is begun again, and the wait between. */
const TRIES = 3;
const TRY_AGAIN_MS = 2_000;

/**
 * Tries a read a few times. A preflight makes a dozen of them side by side: one that was cut short must not cost all the
 * others. A wait that the other side asks for is left to the orchestration.
 */
async function tryAgain<T>(read: () => Promise<T>, waitMs = TRY_AGAIN_MS): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      const failure = error instanceof DrydockError ? error.failure : null;
      const isCured = failure?.class === "transient" && failure.retryAfterSeconds === null;
      if (!isCured || attempt === TRIES) throw error;
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}

/** Runs a read for somebody who waits at the other end; an expected failure becomes the reason why the fact is not known. */
async function reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { read: true, value: await tryAgain(read, 0) };
  } catch (error) {
    if (error instanceof DrydockError) return { read: false, why: error.failure.message };
    throw error;
  }
}

/** The same in a run: what waiting may cure is thrown. */
async function patientReading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { read: true, value: await tryAgain(read) };
  } catch (error) {
    if (!(error instanceof DrydockError) || error.failure.class === "transient") throw error;
    return { read: false, why: error.failure.message };
  }
}

/** Runs a read without which a run cannot go on. */
async function needed<T>(read: () => Promise<T>): Promise<Reading<T>> {
  return { read: true, value: await tryAgain(read) };
}

/** A reading made of another one. */
function derived<T, U>(source: Reading<T>, of: (value: T) => U): Reading<U> {
  return source.read ? { read: true, value: of(source.value) } : source;
}

type KubernetesReadings = Pick<
  Readings,
  "pods" | "budgets" | "nodes" | "volumes" | "flux" | "deprecatedRequests" | "deprecatedManifests" | "certificates"
>;

async function readKubernetes(ports: PreflightPorts, input: ReadingsInput): Promise<KubernetesReadings> {
  const { plan, cluster } = input;
  if (isStopped(cluster)) return noKubernetes({ read: false, why: `${cluster.name} is stopped` });
  const opened = await (input.isRun ? needed : reading)(() => ports.openReader(plan.resourceId));
  if (!opened.read) return noKubernetes(opened);
  const reader = opened.value;
  try {
    return await readLists(reader, input);
  } finally {
    reader.close();
  }
}

function noKubernetes(why: Reading<never>): KubernetesReadings {
  return {
    pods: why,
    budgets: why,
    nodes: why,
    volumes: why,
    flux: why,
    deprecatedRequests: why,
    deprecatedManifests: why,
    certificates: why,
  };
}

async function readLists(reader: PreflightReader, input: ReadingsInput): Promise<KubernetesReadings> {
  const { plan, targetVersion, isRun } = input;
  const core = isRun ? needed : reading;
  const more = isRun ? patientReading : reading;
  const [nodes, read, budgets, flux, certificates, requests] = await Promise.all([
    core(() => reader.nodes()),
    core(() => reader.pods()),
    core(() => reader.budgets()),
    more(() => reader.flux()),
    // A connection of its own, which a proxy may forbid for good: never a reason to try everything again.
    reading(() => reader.certificates()),
    targetVersion === null ? NOT_READ : more(() => reader.deprecatedRequests()),
  ]);
  // A pod is of its node's pool: without the nodes nothing is known of either.
  const poolOf = derived(nodes, (list) => new Map(list.map(({ name, pool }) => [name, pool])));
  const pods: Reading<PreflightPod[]> = poolOf.read
    ? derived(read, (list) => list.map((pod) => ({ ...pod, pool: poolOf.value.get(pod.nodeName) ?? "" })))
    : poolOf;
  const planned = new Set(plan.pools.map(({ name }) => name));
  const claims =
    pods.read && pods.value.some(({ pool, scheduling }) => planned.has(pool) && scheduling.claims.length > 0);
  return {
    nodes,
    pods,
    budgets,
    certificates,
    flux: derived(flux, ({ objects }) => objects),
    deprecatedManifests: derived(flux, ({ deprecated }) => deprecated),
    deprecatedRequests: requests,
    volumes: claims ? await more(() => reader.volumes()) : { read: true, value: [] },
  };
}

type AzureReadings = Pick<Readings, "offeredMinors" | "computeUsages" | "subnets" | "maintenance" | "backup">;

async function readAzure(ports: PreflightPorts, input: ReadingsInput): Promise<AzureReadings> {
  const { cluster, settings, isRun, readBackup } = input;
  const ask = isRun ? patientReading : reading;
  const { location, resourceId } = cluster;
  const [, , subscriptionId = ""] = resourceId.split("/");
  const region = { subscriptionId, location };
  const subnetIds = new Set(
    settings.pools.flatMap(({ subnetId, podSubnetId }) => [subnetId ?? [], podSubnetId ?? []].flat()),
  );
  const hasChannel = settings.upgradeChannel !== null || settings.nodeOsUpgradeChannel !== null;
  const [offeredMinors, computeUsages, subnets, maintenance, backup] = await Promise.all([
    ask(() => ports.readOfferedMinors(region)),
    ask(() => ports.readComputeUsages(region)),
    ask(() => Promise.all([...subnetIds].map((id) => ports.readSubnet(id)))),
    hasChannel ? ask(() => ports.readMaintenance(resourceId)) : NOT_READ,
    readBackup ? ask(readBackup) : NOT_READ,
  ]);
  return { offeredMinors, computeUsages, subnets, maintenance, backup };
}
