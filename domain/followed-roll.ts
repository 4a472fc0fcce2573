import type { ClusterFacts } from "./cluster-facts.ts";

/** The upgrade of a pool that somebody else began. */
export interface FollowedRoll {
  readonly cluster: string;
  readonly resourceId: string;
  readonly ring: string;
  readonly pool: string;
  /** SHA-256 of the fleet.yaml that named the cluster. */
  readonly fleetDigest: string;
  /** Whether fleet.yaml wants Teams to be told. */
  readonly tellsTeams: boolean;
}

/** States of a pool while AKS replaces its nodes (containerservice.md, cluster enums and states). */
const ROLLING = ["upgrading", "upgradingnodeimageversion", "updating"];

/** Whether AKS is replacing the nodes of a pool. */
export function isRolling({ pools }: ClusterFacts, pool: string): boolean {
  const state = pools.find(({ name }) => name === pool)?.provisioningState ?? "";
  return ROLLING.includes(state.toLowerCase());
}

/** What a run that follows a roll is listed under, so that events about it find it. */
export function rollFacts(cluster: string, pool: string): string {
  return `roll|${cluster}|${pool}`;
}
