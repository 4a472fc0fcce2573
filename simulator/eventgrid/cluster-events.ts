import type { SystemEventNameToEventData } from "@azure/eventgrid";
import { minor } from "semver";
import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord, OperationRecord } from "../azure/records.ts";
import { versionsIn } from "../azure/releases.ts";
import { clusterId } from "../azure/resource-id.ts";
import type { EventGrid } from "./event-grid.ts";
import type { EventDraft } from "./grid-event.ts";

/** The events of AKS, as the official SDK knows them. */
export type ClusterEventType = Extract<keyof SystemEventNameToEventData, `Microsoft.ContainerService.${string}`>;

/** The operations that AKS tells about as the rolling of a pool. */
const ROLLING_KINDS: readonly string[] = ["UpgradePool", "UpgradeNodeImage"];

const ROLLING_EVENTS: Readonly<Record<string, ClusterEventType>> = {
  InProgress: "Microsoft.ContainerService.NodePoolRollingStarted",
  Succeeded: "Microsoft.ContainerService.NodePoolRollingSucceeded",
  Failed: "Microsoft.ContainerService.NodePoolRollingFailed",
};

/** An event about a cluster. */
export function clusterEvent(
  cluster: ClusterRecord,
  type: ClusterEventType,
  data: Readonly<Record<string, string>>,
): EventDraft {
  return { source: clusterId(cluster), subject: cluster.name, type, data };
}

/** What AKS says of the versions that one can have in a region now. */
export function availableVersions(azure: AzureModel, location: string): Record<string, string> {
  const available = versionsIn(azure, location);
  const versions = (isPreview: boolean) =>
    available.filter((entry) => (entry.isPreview ?? false) === isPreview).map(({ version }) => version);
  const released = versions(false);
  const latest = released.at(-1) ?? "";
  const lowest = released[0] ?? "";
  return {
    latestSupportedKubernetesVersion: latest,
    // AKS calls the newest minor version but one "stable".
    latestStableKubernetesVersion: released.findLast((version) => minor(version) < minor(latest)) ?? latest,
    lowestMinorKubernetesVersion: released.findLast((version) => minor(version) === minor(lowest)) ?? "",
    latestPreviewKubernetesVersion: versions(true).at(-1) ?? "",
  };
}

/**
 * Tells of every pool that begins to roll, and how it ended, in the same change. Watches the operations themselves, so that
 * whoever begins or ends one need not think of it.
 */
export function tellOfRollingPools(azure: AzureModel, eventGrid: EventGrid): void {
  const earlier = new Map<string, OperationRecord["status"] | undefined>();
  azure.operations.onChange((id, before) => {
    // Of several changes, and of those that were taken back, only what they come to counts.
    if (!earlier.has(id)) earlier.set(id, before?.status);
  });
  azure.world.settleWith(() => {
    for (const [id, status] of earlier) {
      const operation = azure.operations.get(id);
      const cluster = operation && azure.findCluster(operation.clusterName);
      if (!cluster || operation.status === status || !ROLLING_KINDS.includes(operation.kind)) continue;
      const type = ROLLING_EVENTS[operation.status];
      if (type) eventGrid.emit(clusterEvent(cluster, type, { nodePoolName: operation.poolName }));
    }
    earlier.clear();
  });
}
