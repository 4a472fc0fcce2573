import { compare, lte, minor } from "semver";
import { z } from "zod";
import { hashText } from "../random.ts";
import type { Collection } from "../state/store.ts";
import type { AzureModel } from "./azure-model.ts";
import { updateCluster } from "./cluster-changes.ts";
import { type MaintenanceWindow, maintenanceWindowSchema, type Opening, openingFrom } from "./maintenance-window.ts";
import { updatePool, upgradeNodeImage } from "./pool-changes.ts";
import type { ClusterRecord, PoolRecord } from "./records.ts";
import { upgradesFrom, versionsIn } from "./releases.ts";
import { clusterId } from "./resource-id.ts";

const LOOK = "aks.auto-upgrade";
/** How soon AKS goes on with what it has begun, or looks whether a cluster is free again. */
const NEXT_STEP_MS = 10 * 60_000;

const profileSchema = z.object({
  upgradeChannel: z.enum(["rapid", "stable", "patch", "node-image", "none"]).nullish(),
  nodeOSUpgradeChannel: z.enum(["None", "Unmanaged", "NodeImage", "SecurityPatch"]).nullish(),
});

/** The one step that a channel asks for now; undefined when the cluster is as it wants it. */
type NextStep = (azure: AzureModel, cluster: ClusterRecord) => (() => unknown) | undefined;

interface Channel {
  readonly schedule: string;
  readonly nextStep: NextStep;
}

/**
 * AKS's own upgrades, by the channels of a cluster's autoUpgradeProfile: one step after the other, each begun only within
 * the maintenance window of its schedule. Without such a configuration AKS takes four hours of the night of its choice.
 */
export class AutoUpgrades {
  readonly #azure: AzureModel;
  /** When AKS next looks at a cluster, by its name in lower case. */
  readonly #looks: Collection<number>;
  readonly #touched = new Set<string>();

  constructor(azure: AzureModel) {
    this.#azure = azure;
    const { world } = azure;
    this.#looks = world.store.collection("auto-upgrades", (value) => z.number().parse(value));
    azure.clusters.onChange((name) => this.#touched.add(name));
    azure.resources.onChange((id) => {
      const [, name] = /\/managedclusters\/([^/]+)\/maintenanceconfigurations\//.exec(id) ?? [];
      if (name !== undefined) this.#touched.add(name);
    });
    world.handle(LOOK, ({ cluster = "", dueMs = "" }) => this.#look(cluster, Number(dueMs)));
    world.settleWith(() => this.plan());
  }

  /** Puts on the agenda when AKS next looks at the clusters that have changed. Only inside a change. */
  plan(): void {
    for (const name of this.#touched) this.#plan(name);
    this.#touched.clear();
  }

  #plan(name: string, earliestMs = this.#azure.world.nowMs): void {
    const cluster = this.#azure.findCluster(name);
    const openings = cluster ? this.#openings(cluster, earliestMs).map(({ opening }) => opening) : [];
    const dueMs = openings.length === 0 ? undefined : Math.min(...openings.map(({ startMs }) => startMs));
    const known = this.#looks.get(name);
    if (dueMs === undefined) {
      if (known !== undefined) this.#looks.delete(name);
      return;
    }
    const nextMs = Math.max(dueMs, earliestMs);
    // A look that is due sooner finds out by itself that it is too early.
    if (known !== undefined && known <= nextMs && known > this.#azure.world.nowMs) return;
    this.#looks.put(name, nextMs);
    this.#azure.world.schedule(nextMs - this.#azure.world.nowMs, LOOK, { cluster: name, dueMs: String(nextMs) });
  }

  #look(name: string, dueMs: number): void {
    if (this.#looks.get(name) !== dueMs) return;
    this.#looks.delete(name);
    const cluster = this.#azure.findCluster(name);
    if (!cluster) return;
    const { nowMs } = this.#azure.world;
    const open = this.#openings(cluster, nowMs).filter(({ opening }) => opening.startMs <= nowMs);
    const isFree = this.#azure.runningOperation(name) === undefined && isWell(cluster);
    const step = open.map(({ channel }) => channel.nextStep(this.#azure, cluster)).find((next) => next !== undefined);
    if (step && isFree) step();
    // With nothing to do, what is open has had its time.
    const waitMs = step ? NEXT_STEP_MS : Math.max(NEXT_STEP_MS, ...open.map(({ opening }) => opening.endMs - nowMs));
    this.#plan(name, nowMs + waitMs);
  }

  #openings(cluster: ClusterRecord, fromMs: number): Array<{ channel: Channel; opening: Opening }> {
    return channelsOf(cluster).flatMap((channel) => {
      const opening = openingFrom(this.#windowOf(cluster, channel), fromMs);
      return opening ? [{ channel, opening }] : [];
    });
  }

  #windowOf(cluster: ClusterRecord, { schedule }: Channel): MaintenanceWindow {
    const id = `${clusterId(cluster)}/maintenanceConfigurations/${schedule}`;
    const found = this.#azure.findResource(id)?.properties.maintenanceWindow;
    if (found !== undefined) return maintenanceWindowSchema.parse(found);
    const hour = String(hashText(cluster.name) % 24).padStart(2, "0");
    return { schedule: { daily: { intervalDays: 1 } }, durationHours: 4, startTime: `${hour}:00` };
  }
}

/** What failed is left to people. */
function isWell({ powerState, provisioningState }: Pick<PoolRecord, "powerState" | "provisioningState">): boolean {
  return powerState === "Running" && provisioningState === "Succeeded";
}

function channelsOf({ kept }: ClusterRecord): Channel[] {
  const { upgradeChannel, nodeOSUpgradeChannel } = profileSchema.parse(kept.autoUpgradeProfile ?? {});
  const channels: Channel[] = [];
  if (upgradeChannel && upgradeChannel !== "none") {
    const nextStep: NextStep =
      upgradeChannel === "node-image"
        ? nextImage
        : (azure, cluster) => nextVersion(azure, cluster, targetOf(azure, cluster, upgradeChannel));
    channels.push({ schedule: "aksManagedAutoUpgradeSchedule", nextStep });
  }
  if (nodeOSUpgradeChannel === "NodeImage") {
    channels.push({ schedule: "aksManagedNodeOSUpgradeSchedule", nextStep: nextImage });
  }
  return channels;
}

/** `patch` stays on its minor version, `stable` is one minor version behind the newest, `rapid` on it. */
function targetOf(azure: AzureModel, cluster: ClusterRecord, channel: "rapid" | "stable" | "patch"): string {
  const versions = versionsIn(azure, cluster.location)
    .filter(({ isPreview }) => isPreview !== true)
    .map(({ version }) => version);
  const newest = Math.max(...versions.map((version) => minor(version)));
  const wanted = { rapid: newest, stable: newest - 1, patch: minor(cluster.kubernetesVersion) }[channel];
  return versions.filter((version) => minor(version) === wanted).at(-1) ?? cluster.kubernetesVersion;
}

/** The control plane first, one minor version at a time; then its pools, by name. */
function nextVersion(azure: AzureModel, cluster: ClusterRecord, target: string): (() => unknown) | undefined {
  const next = upgradesFrom(azure, cluster.location, cluster.kubernetesVersion)
    .map(({ kubernetesVersion }) => kubernetesVersion)
    .filter((version) => lte(version, target))
    .at(-1);
  const { kubernetesVersion } = cluster;
  const behind = azure
    .poolsOf(cluster.name)
    .find((pool) => isWell(pool) && compare(pool.settings.orchestratorVersion, kubernetesVersion) < 0);
  if (behind) {
    return () => updatePool(azure, behind, { ...behind.settings, orchestratorVersion: kubernetesVersion });
  }
  return next === undefined ? undefined : () => updateCluster(azure, cluster, next);
}

function nextImage(azure: AzureModel, cluster: ClusterRecord): (() => unknown) | undefined {
  const old = azure
    .poolsOf(cluster.name)
    .find((pool) => isWell(pool) && pool.nodeImageVersion !== azure.latestImage(pool.settings.osSKU, cluster.location));
  return old && (() => upgradeNodeImage(azure, old));
}
