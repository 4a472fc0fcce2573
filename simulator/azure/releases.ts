import { compare, minor, parse, patch } from "semver";
import type { VersionEntry } from "../fleet/azure-file.ts";
import { instantMs, releaseInstantsMs, releaseMs } from "../fleet/release.ts";
import type { AzureModel } from "./azure-model.ts";
import type { ClusterRecord } from "./records.ts";

/** Agenda items: a version reaches regions; the support of a minor version ends soon, or now. */
export const VERSION_RELEASED = "aks.version-released";
export const SUPPORT_ENDING = "aks.support-ending";
export const SUPPORT_ENDED = "aks.support-ended";

/** How long before the end of support AKS says so. Its documentation gives no figure; this is a month's notice. */
const NOTICE_MS = 30 * 86_400_000;

/** The versions that one can have in a region now: released there, and still supported; oldest first. */
export function versionsIn(azure: AzureModel, location: string): VersionEntry[] {
  const { startMs, nowMs } = azure.world;
  return azure.fleet.azure.kubernetesVersions
    .filter((entry) => releaseMs(entry, location, startMs) <= nowMs && supportEndMs(azure, entry.version) > nowMs)
    .sort((left, right) => compare(left.version, right.version));
}

/** What is out in a region: newer patches of the same minor version, and all of the next: a minor version is never skipped. */
export function upgradesFrom(azure: AzureModel, location: string, from: string) {
  return versionsIn(azure, location)
    .filter(({ version }) => {
      const step = minor(version) - minor(from);
      return step === 1 || (step === 0 && patch(version) > patch(from));
    })
    .map(({ version, isPreview }) => ({ kubernetesVersion: version, ...(isPreview ? { isPreview } : {}) }));
}

/** When AKS ends its support of a version's minor version; infinity when azure.yaml does not say. */
export function supportEndMs(azure: AzureModel, version: string): number {
  const ends = azure.fleet.azure.kubernetesVersions
    .filter((entry) => sameMinor(entry.version, version) && entry.endOfSupport !== undefined)
    .map(({ endOfSupport = "" }) => instantMs(endOfSupport, azure.world.startMs) ?? Number.POSITIVE_INFINITY);
  return ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends);
}

/** Puts on the agenda what is to come of versions: releases and ends of support. Only when a world is made. */
export function scheduleReleases(azure: AzureModel): void {
  const { startMs } = azure.world;
  const plan = (atMs: number, kind: string, version: string) => {
    if (atMs > startMs && Number.isFinite(atMs)) azure.world.schedule(atMs - startMs, kind, { version });
  };
  const { kubernetesVersions } = azure.fleet.azure;
  for (const entry of kubernetesVersions) {
    for (const atMs of releaseInstantsMs(entry, startMs)) plan(atMs, VERSION_RELEASED, entry.version);
  }
  const minors = new Map(kubernetesVersions.map(({ version }) => [minor(version), version] as const));
  for (const version of minors.values()) {
    const endMs = supportEndMs(azure, version);
    plan(endMs - NOTICE_MS, SUPPORT_ENDING, version);
    plan(endMs, SUPPORT_ENDED, version);
  }
}

/** The clusters of the regions that a version reaches just now, by name. */
export function clustersReached(azure: AzureModel, version: string): ClusterRecord[] {
  const entry = azure.fleet.azure.kubernetesVersions.find((one) => one.version === version);
  const { startMs, nowMs } = azure.world;
  return byName(azure, ({ location }) => entry !== undefined && releaseMs(entry, location, startMs) === nowMs);
}

/** The clusters whose control plane is of a version's minor version, by name. */
export function clustersOfMinor(azure: AzureModel, version: string): ClusterRecord[] {
  return byName(azure, ({ kubernetesVersion }) => sameMinor(kubernetesVersion, version));
}

function byName(azure: AzureModel, wanted: (cluster: ClusterRecord) => boolean): ClusterRecord[] {
  const found = azure.clusters.values().filter(wanted);
  return found.sort((left, right) => (left.name < right.name ? -1 : 1));
}

function sameMinor(left: string, right: string): boolean {
  const [first, second] = [parse(left), parse(right)];
  return first !== null && second !== null && first.major === second.major && first.minor === second.minor;
}
