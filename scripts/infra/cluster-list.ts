import type { FleetConfig } from "../../domain/fleet-config.ts";

/** A cluster as infra/types.bicep has it. */
export interface ListedCluster {
  readonly id: string;
  readonly location: string;
}

/**
 * The clusters that fleet.yaml names, for infra/main.bicep. Those that are found by their tags are not in it: nobody knows
 * them before the app runs, so give them a role by hand (docs/deploy.md).
 */
export function clusterList(config: FleetConfig, locationOf: (id: string) => string): ListedCluster[] {
  return config.clusters.map(({ resourceId }) => ({ id: resourceId, location: locationOf(resourceId) }));
}
