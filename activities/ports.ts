import type { InspectedCluster } from "../adapters/azure/managed-clusters.ts";
import type { CheckAnswer } from "../adapters/checks/call-url.ts";
import type { ClusterChecks } from "../adapters/kubernetes/cluster-checks.ts";
import type { HttpRoutes } from "../adapters/kubernetes/http-routes.ts";
import type { KubernetesCluster } from "../adapters/kubernetes/kubernetes-cluster.ts";
import type { PreflightReader } from "../adapters/kubernetes/preflight-reader.ts";
import type { InstantQuery } from "../adapters/prometheus/instant-query.ts";
import type { ReportStore } from "../adapters/reports/report-store.ts";
import type { ClusterFacts } from "../domain/cluster-facts.ts";
import type { DiscoveredFleet } from "../domain/discovery.ts";
import type { LongOperation, OperationState } from "../domain/long-operation.ts";
import type { Notice } from "../domain/notice.ts";
import type { MaintenanceSchedule } from "../domain/preflight/maintenance-schedule.ts";
import type { ComputeUsage, OfferedMinor, SubnetFacts } from "../domain/preflight/readings.ts";
import type { FoundScratch, RunStand } from "../domain/restore/janitor-pass.ts";
import type { Proof } from "../domain/restore/proof-history.ts";
import type { Gate } from "../domain/run-control.ts";
import type { RunKind } from "../domain/run-kind.ts";
import type { RunReport } from "../domain/run-report.ts";
import type { PromSample } from "../domain/slo.ts";
import type { RestorePorts } from "./restore-ports.ts";

/** The fleet, and the SHA-256 of the fleet.yaml that it goes by. */
export interface Fleet extends DiscoveredFleet {
  readonly digest: string;
}

/** A region of a subscription, as Azure counts quotas and offers versions. */
export interface Region {
  readonly subscriptionId: string;
  readonly location: string;
}

/** What a preflight reads. Every call throws DrydockError for what is expected to fail. */
export interface PreflightPorts {
  inspectCluster(resourceId: string): Promise<InspectedCluster>;
  openReader(resourceId: string): Promise<PreflightReader>;
  readComputeUsages(region: Region): Promise<ComputeUsage[]>;
  readOfferedMinors(region: Region): Promise<OfferedMinor[]>;
  readSubnet(id: string): Promise<SubnetFacts>;
  readMaintenance(resourceId: string): Promise<MaintenanceSchedule[]>;
  callUrl(url: string, method: "GET" | "POST", timeoutMs: number): Promise<CheckAnswer>;
  openChecks(resourceId: string): Promise<ClusterChecks>;
}

/** What the janitor reaches Azure through. Every call throws DrydockError. */
export interface JanitorPorts {
  find(subscriptionIds: readonly string[], runOfGroup: (group: string) => string | null): Promise<FoundScratch>;
  removeGroup(id: string, run: string): Promise<boolean>;
  removeGrant(id: string): Promise<boolean>;
}

/** What activities reach the outside through. Every call throws DrydockError for what is expected to fail. */
export interface ActivityPorts {
  /** fleet.yaml as it is now, with the clusters that are found by their tags. */
  readFleet(): Promise<Fleet>;
  observeCluster(resourceId: string): Promise<ClusterFacts>;
  beginOperation(operation: LongOperation): Promise<OperationState>;
  pollOperation(operation: LongOperation, state: OperationState): Promise<OperationState>;
  openKubernetes(resourceId: string): Promise<KubernetesCluster>;
  readonly preflight: PreflightPorts;
  readonly restore: RestorePorts;
  readonly janitor: JanitorPorts;
  /** Null where REPORTS_STORAGE is not set. */
  readonly reports: ReportStore | null;
  openHttpRoutes(resourceId: string): Promise<HttpRoutes>;
  /** Asks the Prometheus of a cluster. */
  queryPrometheus(resourceId: string, question: InstantQuery): Promise<PromSample[]>;
  /** Posts a report's card; answers false when no Teams webhook is set. */
  postReport(report: RunReport): Promise<boolean>;
  /** Posts a question of a run; answers false when no Teams webhook is set. */
  postGate(runId: string, gate: Gate): Promise<boolean>;
  /** Posts what people should know of a run; answers false when no Teams webhook is set. */
  postNotice(runId: string, notice: Notice): Promise<boolean>;
  /** The result of a part of a run that has ended; undefined when there is none. */
  resultOf(instanceId: string): Promise<unknown>;
  /** Whether an orchestration is pending, running or suspended. */
  isAlive(instanceId: string): Promise<boolean>;
  /** Whether a run lives, and when it ended. */
  standOf(runId: string): Promise<RunStand>;
  /** The runs of a kind that the app knows of, the newest first. */
  listRuns(kind: RunKind): Promise<string[]>;
  /** How tests of a cluster's backup went, the newest first. */
  readProofs(cluster: string): Promise<readonly Proof[]>;
}
