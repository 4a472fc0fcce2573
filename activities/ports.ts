import type { FleetFile } from "../adapters/fleet-config.ts";
import type { KubernetesCluster } from "../adapters/kubernetes/kubernetes-cluster.ts";
import type { ClusterFacts } from "../domain/cluster-facts.ts";
import type { PoolOperation, PoolOperationState } from "../domain/pool-operation.ts";
import type { UpgradeReport } from "../domain/report.ts";

/** What activities reach the outside through. Every call throws DrydockError for what is expected to fail. */
export interface ActivityPorts {
  readFleet(): Promise<FleetFile>;
  observeCluster(resourceId: string): Promise<ClusterFacts>;
  beginPoolOperation(operation: PoolOperation): Promise<PoolOperationState>;
  pollPoolOperation(operation: PoolOperation, state: PoolOperationState): Promise<PoolOperationState>;
  openKubernetes(resourceId: string): Promise<KubernetesCluster>;
  /** Posts a report's card; answers false when no Teams webhook is set. */
  postReport(report: UpgradeReport): Promise<boolean>;
  /** Whether an orchestration is pending, running or suspended. */
  isAlive(instanceId: string): Promise<boolean>;
}
