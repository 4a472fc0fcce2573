import type { BackupProvider, ProviderLimits } from "../../../domain/restore/backup-provider.ts";
import type { KubernetesTransport } from "../../kubernetes/drain/transport.ts";
import { type VeleroApi, veleroApi } from "./velero-api.ts";
import { listVeleroInstances, listVeleroPoints } from "./velero-instances.ts";
import { clusterOf, makeBackup, makeRestore, pollVelero, validationOf } from "./velero-operations.ts";

/** Velero itself has none of these; what its plugins cannot snapshot it copies, where it is told to. */
const VELERO_LIMITS: ProviderLimits = {
  restoresPerDay: null,
  isRegional: false,
  volumeKinds: ["azure-disk", "azure-disk-v2", "azure-file", "other"],
  supportsWindowsNodes: true,
  supportsArmNodes: true,
  excludesVelero: false,
  namespacesMax: null,
};

/** Opens a cluster by its resource id, signed in. Throws DrydockError. */
type OpenCluster = (clusterId: string) => Promise<KubernetesTransport>;

/** Velero, as one of the services that keep backups: Backups of the source's cluster, Restores in the target's. */
export function openVelero(open: OpenCluster): BackupProvider {
  const inside = async <T>(clusterId: string, work: (api: VeleroApi) => Promise<T>): Promise<T> => {
    const transport = await open(clusterId);
    try {
      return await work(veleroApi(clusterId.split("/").at(-1) ?? clusterId, transport));
    } finally {
      transport.close();
    }
  };
  return {
    name: "velero",
    limits: VELERO_LIMITS,
    instances: (clusterId) => inside(clusterId, (api) => listVeleroInstances(api, clusterId)),
    points: (instance, query = {}) => inside(instance.clusterId, (api) => listVeleroPoints(api, instance, query)),
    // They are counted for the sake of a limit that Velero does not have.
    restoresSince: async () => [],
    beginValidation: async (request) => validationOf(request),
    beginRestore: (request) => inside(request.targetClusterId, (api) => makeRestore(api, request)),
    beginBackup: (instance, askedAt) => inside(instance.clusterId, (api) => makeBackup(api, instance, askedAt)),
    poll: (operation) =>
      operation.status === "running"
        ? inside(clusterOf(operation), (api) => pollVelero(api, operation))
        : Promise.resolve(operation),
  };
}
