/** A Kubernetes version that AKS offers to a cluster. */
export interface OfferedVersion {
  readonly version: string;
  readonly isPreview: boolean;
}

/** What Azure says of a node pool. */
export interface PoolFacts {
  readonly name: string;
  readonly mode: string;
  readonly osType: string;
  readonly osSku: string;
  readonly vmSize: string;
  readonly count: number;
  readonly kubernetesVersion: string;
  readonly nodeImageVersion: string;
  /** The newest image for this pool, from its upgrade profile. */
  readonly latestNodeImageVersion: string;
  readonly provisioningState: string;
  readonly powerState: string;
}

/** What Azure says of a cluster. */
export interface ClusterFacts {
  readonly name: string;
  readonly resourceId: string;
  readonly location: string;
  readonly kubernetesVersion: string;
  /** What its control plane can be upgraded to, as its upgrade profile says; its own version is not among them. */
  readonly upgrades: readonly OfferedVersion[];
  readonly provisioningState: string;
  readonly powerState: string;
  readonly pools: readonly PoolFacts[];
}
