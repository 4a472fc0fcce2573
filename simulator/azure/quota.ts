import type { AzureModel } from "./azure-model.ts";
import type { AzureError, ClusterRecord } from "./records.ts";

/** A limit on the vCPUs of a family (or of all: `cores`) in a region of a subscription. */
export interface QuotaLimit {
  readonly subscriptionId?: string | undefined;
  readonly location: string;
  /** As `az vm list-usage` names it, like standardDDSv5Family; `cores` counts every family. */
  readonly family: string;
  readonly limit: number;
}

const AMPLE_VCPUS = 100_000;

/** How many vCPUs a size has: the number in its name. */
export function vcpusOf(vmSize: string): number {
  return Number(/^Standard_[A-Za-z]+(\d+)/.exec(vmSize)?.[1] ?? 2);
}

/** The quota family of a size: Standard_D4ds_v5 counts as standardDDSv5Family. */
export function familyOf(vmSize: string): string {
  const [, letters = "", suffix = "", version = ""] =
    /^Standard_([A-Z]+)\d+(?:-\d+)?([a-z]*)(?:_(v\d+))?$/.exec(vmSize) ?? [];
  return letters === "" ? vmSize : `standard${letters}${suffix.toUpperCase()}${version}Family`;
}

/** What stands in the way of `count` more machines: the first limit they would break. */
export function quotaShortage(
  azure: AzureModel,
  cluster: ClusterRecord,
  vmSize: string,
  count: number,
): { readonly limit: number; readonly usage: number; readonly wanted: number; readonly family: string } | undefined {
  const wanted = count * vcpusOf(vmSize);
  if (wanted <= 0) return undefined;
  for (const quota of azure.quotas) {
    if (!applies(quota, cluster, vmSize)) continue;
    const usage = usedVcpus(azure, cluster, quota.family);
    if (usage + wanted > quota.limit) return { limit: quota.limit, usage, wanted, family: quota.family };
  }
  return undefined;
}

/** The error of a request that asks for more vCPUs than are left. */
export function quotaError(azure: AzureModel, cluster: ClusterRecord, vmSize: string, count: number) {
  const short = quotaShortage(azure, cluster, vmSize, count);
  if (!short) return undefined;
  const of = short.family === "cores" ? "Total Regional" : short.family;
  const message = `Operation could not be completed as it results in exceeding approved ${of} Cores quota. Additional details - Deployment Model: Resource Manager, Location: ${cluster.location}, Current Limit: ${short.limit}, Current Usage: ${short.usage}, Additional Required: ${short.wanted}, (Minimum) New Limit Required: ${short.usage + short.wanted}. Submit a request for Quota increase at https://aka.ms/ProdportalCRP by specifying parameters listed in the 'Details' section for deployment to succeed. Please read more about quota limits at https://docs.microsoft.com/en-us/azure/azure-supportability/per-vm-quota-requests`;
  return { code: "QuotaExceeded", message } satisfies AzureError;
}

/** How far a limit has been used up. Where no quota is given there is room for more than anybody here asks for. */
export function quotaUsage(
  azure: AzureModel,
  place: { readonly subscriptionId: string; readonly location: string },
  family: string,
): { readonly usage: number; readonly limit: number } {
  const quota = azure.quotas.find(
    ({ subscriptionId = place.subscriptionId, location, family: of }) =>
      subscriptionId.toLowerCase() === place.subscriptionId.toLowerCase() &&
      location === place.location &&
      of === family,
  );
  return { usage: usedVcpus(azure, place, family), limit: quota?.limit ?? AMPLE_VCPUS };
}

function applies(quota: QuotaLimit, cluster: ClusterRecord, vmSize: string): boolean {
  const { subscriptionId = cluster.subscriptionId } = quota;
  return (
    subscriptionId.toLowerCase() === cluster.subscriptionId.toLowerCase() &&
    quota.location === cluster.location &&
    (quota.family === "cores" || quota.family === familyOf(vmSize))
  );
}

function usedVcpus(
  azure: AzureModel,
  { subscriptionId, location }: Pick<ClusterRecord, "subscriptionId" | "location">,
  family: string,
): number {
  let used = 0;
  for (const cluster of azure.clusters.values()) {
    if (cluster.subscriptionId.toLowerCase() !== subscriptionId.toLowerCase() || cluster.location !== location)
      continue;
    for (const { settings, machines, powerState } of azure.poolsOf(cluster.name)) {
      const counts = family === "cores" || familyOf(settings.vmSize) === family;
      if (counts && powerState === "Running") used += machines.length * vcpusOf(settings.vmSize);
    }
  }
  return used;
}
