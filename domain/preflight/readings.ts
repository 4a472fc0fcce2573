import type { BudgetFacts, PodFacts } from "../drain/facts.ts";
import type { BackupProof } from "./backup-proof.ts";
import type { MaintenanceSchedule } from "./maintenance-schedule.ts";
import type { NodeCapacity, SchedulingFacts, VolumeFacts } from "./placement/scheduling-facts.ts";

/** A fact that was read, or why it could not be. A rule that needs one that could not be read cannot tell. */
export type Reading<T> = { readonly read: true; readonly value: T } | { readonly read: false; readonly why: string };

/** A pod with its pool and what the scheduler asks of it. */
export interface PreflightPod extends PodFacts {
  /** Empty while it has no node. */
  readonly pool: string;
  readonly scheduling: SchedulingFacts;
}

/** How a Flux object stands (kstatus: Ready, Stalled, and whether somebody suspended it). */
export interface FluxObject {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly isReady: boolean;
  readonly isStalled: boolean;
  readonly isSuspended: boolean;
  /** Reason and message of the condition that says so. */
  readonly why: string;
}

/** A version of an API that is served for a while yet, and who uses it. */
export interface DeprecatedApi {
  /** `flowcontrol.apiserver.k8s.io/v1beta3` */
  readonly groupVersion: string;
  /** Plural or kind, as the source names it. */
  readonly resource: string;
  /** The minor that no longer serves it, `1.32`; null where the source does not say. */
  readonly removedIn: string | null;
  /** Where it was seen, as in `requests to the API server`. */
  readonly source: string;
}

/** A certificate of the cluster. */
export interface CertificateFacts {
  readonly what: string;
  readonly notAfterMs: number;
}

/** A minor that AKS offers in the cluster's region, oldest first. */
export interface OfferedMinor {
  readonly minor: string;
  readonly isPreview: boolean;
  readonly supportPlans: readonly string[];
}

/** A quota of a region: how much of it is used. */
export interface ComputeUsage {
  /** As `az vm list-usage` names it: `cores`, `standardDDSv5Family`. */
  readonly name: string;
  readonly used: number;
  readonly limit: number;
}

/** A subnet and its addresses. */
export interface SubnetFacts {
  readonly id: string;
  /** Addresses that machines can have: all but the five that Azure keeps. */
  readonly usable: number;
  readonly used: number;
}

/** What is read of a cluster before a preflight, by name. */
export interface PreflightReadings {
  readonly pods: readonly PreflightPod[];
  readonly budgets: readonly BudgetFacts[];
  readonly nodes: readonly NodeCapacity[];
  readonly volumes: readonly VolumeFacts[];
  readonly flux: readonly FluxObject[];
  readonly deprecatedRequests: readonly DeprecatedApi[];
  readonly deprecatedManifests: readonly DeprecatedApi[];
  readonly certificates: readonly CertificateFacts[];
  readonly offeredMinors: readonly OfferedMinor[];
  readonly computeUsages: readonly ComputeUsage[];
  readonly subnets: readonly SubnetFacts[];
  readonly maintenance: readonly MaintenanceSchedule[];
  readonly backup: BackupProof;
}
export type ReadingName = keyof PreflightReadings;
