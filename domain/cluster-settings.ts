/** How many nodes AKS may add to a pool by itself. */
export interface AutoscalerLimits {
  readonly min: number;
  readonly max: number;
}

/** How AKS upgrades a pool in place; what is not set is AKS's default. */
export interface UpgradeSettings {
  /** Nodes or a share of them, as `1` or `33%`. */
  readonly maxSurge: string;
  readonly maxUnavailable: string;
  readonly drainTimeoutMinutes: number;
  /** What becomes of a node that cannot be drained: Schedule or Cordon. */
  readonly undrainableNodeBehavior: string;
}

/** What the owner of a node pool chose, as far as a preflight asks. */
export interface PoolSettings {
  readonly name: string;
  readonly nodeLabels: Readonly<Record<string, string>>;
  /** As AKS writes them: `key=value:Effect`. */
  readonly nodeTaints: readonly string[];
  readonly zones: readonly string[];
  readonly maxPods: number;
  /** Spot machines count against a quota of their own. */
  readonly isSpot: boolean;
  readonly autoscaler: AutoscalerLimits | null;
  readonly upgradeSettings: UpgradeSettings;
  /** Subnet of the nodes; null for the one that AKS made. */
  readonly subnetId: string | null;
  /** Subnet that pods get their addresses from; null where they do not have one of their own. */
  readonly podSubnetId: string | null;
}

/** What the owner of a cluster chose, as far as a preflight asks. Beside ClusterFacts: plans do not carry it along. */
export interface ClusterSettings {
  /** Channel by which AKS upgrades the cluster by itself; null for none. */
  readonly upgradeChannel: string | null;
  /** Channel by which AKS renews node images by itself; null for none. */
  readonly nodeOsUpgradeChannel: string | null;
  /** KubernetesOfficial or AKSLongTermSupport. */
  readonly supportPlan: string;
  /** Whether pods take addresses of the nodes' subnet (Azure CNI without overlay). */
  readonly podsTakeNodeAddresses: boolean;
  readonly pools: readonly PoolSettings[];
}
