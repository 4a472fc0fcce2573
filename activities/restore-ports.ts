import type { Probes } from "../adapters/kubernetes/restore/probes.ts";
import type { RestoredCluster } from "../adapters/kubernetes/restore/restored-cluster.ts";
import type { ClusterNamespaces } from "../adapters/kubernetes/restore/scratch-namespaces.ts";
import type { OperationState } from "../domain/long-operation.ts";
import type { BackupProvider, ProviderName } from "../domain/restore/backup-provider.ts";
import type { Evidence } from "../domain/restore/evidence-manifest.ts";
import type { RestorePlaces } from "../domain/restore/long-step.ts";
import type { BackupSurroundings, ScratchNames, ScratchSpec, ScratchStep } from "../domain/restore/scratch.ts";

/** A cluster that a restore test looks into or restores into. */
export interface TestedCluster {
  readonly contents: RestoredCluster;
  readonly namespaces: ClusterNamespaces;
  readonly probes: Probes;
}

/** What restore tests reach the outside through. Every call throws DrydockError for what is expected to fail. */
export interface RestorePorts {
  openProvider(name: ProviderName): Promise<BackupProvider>;
  readSurroundings(instanceId: string): Promise<BackupSurroundings>;
  scratchNames(spec: Pick<ScratchSpec, "runId" | "slot" | "subscriptionId">): ScratchNames;
  beginScratchStep(spec: ScratchSpec, step: ScratchStep): Promise<OperationState>;
  pollScratchStep(
    spec: ScratchSpec,
    look: { readonly step: ScratchStep; readonly state: OperationState },
  ): Promise<OperationState>;
  /** Makes a scratch cluster one that the provider's own controllers restore in, as the source's do. */
  installProvider(places: RestorePlaces): Promise<void>;
  /** Opens a cluster by its resource id for the time of the work. */
  inCluster<T>(resourceId: string, work: (cluster: TestedCluster) => Promise<T>): Promise<T>;
  /** Keeps a file of evidence; null where no store is set. */
  keepEvidence(folder: string, path: string, text: string): Promise<Evidence | null>;
}
