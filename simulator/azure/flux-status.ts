/** What a Flux configuration shows of its objects in the cluster. */
export interface FluxConfigurationStatus {
  readonly complianceState: "Compliant" | "Non-Compliant" | "Pending" | "Suspended" | "Unknown";
  /** As the API shows them: the source first, then the kustomizations and what they applied. */
  readonly statuses: readonly object[];
  /** Like main@sha1:0ba6f0d3. */
  readonly sourceSyncedCommitId?: string | undefined;
  readonly sourceUpdatedAt?: string | undefined;
  readonly statusUpdatedAt?: string | undefined;
  readonly errorMessage?: string | undefined;
}

/** Tells how a Flux configuration stands in its cluster. */
export interface FluxStatusProvider {
  /** `properties` are those of the configuration, as it was asked for. Undefined: nothing is known of it yet. */
  statusOf(
    clusterName: string,
    configurationName: string,
    properties: Readonly<Record<string, unknown>>,
  ): FluxConfigurationStatus | undefined;
}

/** Nothing has looked at the configurations yet. */
export const PENDING_FLUX: FluxStatusProvider = { statusOf: () => undefined };
