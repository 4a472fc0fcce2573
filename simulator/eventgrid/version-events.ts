import type { AzureModel } from "../azure/azure-model.ts";
import {
  clustersOfMinor,
  clustersReached,
  SUPPORT_ENDED,
  SUPPORT_ENDING,
  VERSION_RELEASED,
} from "../azure/releases.ts";
import { availableVersions, clusterEvent } from "./cluster-events.ts";
import type { EventGrid } from "./event-grid.ts";

/** Tells every cluster concerned when a Kubernetes version is out in its region, and when its own loses its support. */
export function tellOfVersions(azure: AzureModel, eventGrid: EventGrid): void {
  const { world } = azure;
  world.handle(VERSION_RELEASED, ({ version = "" }) => {
    for (const cluster of clustersReached(azure, version)) {
      const data = availableVersions(azure, cluster.location);
      eventGrid.emit(clusterEvent(cluster, "Microsoft.ContainerService.NewKubernetesVersionAvailable", data));
    }
  });
  const ofSupport = {
    [SUPPORT_ENDING]: "Microsoft.ContainerService.ClusterSupportEnding",
    [SUPPORT_ENDED]: "Microsoft.ContainerService.ClusterSupportEnded",
  } as const;
  for (const kind of [SUPPORT_ENDING, SUPPORT_ENDED] as const) {
    world.handle(kind, ({ version = "" }) => {
      for (const cluster of clustersOfMinor(azure, version)) {
        eventGrid.emit(clusterEvent(cluster, ofSupport[kind], { kubernetesVersion: cluster.kubernetesVersion }));
      }
    });
  }
}
