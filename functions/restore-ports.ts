import type { RestorePorts } from "../activities/restore-ports.ts";
import type { ArmSettings } from "../adapters/azure/arm-client.ts";
import { beginScratchStep, pollScratchStep } from "../adapters/azure/scratch/scratch.ts";
import { scratchNames } from "../adapters/azure/scratch/scratch-names.ts";
import { openAzureBackup } from "../adapters/backup/data-protection/azure-backup.ts";
import { readBackupSurroundings } from "../adapters/backup/data-protection/backup-surroundings.ts";
import { openVelero } from "../adapters/backup/velero/velero.ts";
import { copyVelero } from "../adapters/backup/velero/velero-copy.ts";
import { serverOf } from "../adapters/kubernetes/drain/client-server.ts";
import { type KubernetesTransport, openTransport } from "../adapters/kubernetes/drain/transport.ts";
import type { loadKubeconfig } from "../adapters/kubernetes/kubeconfig.ts";
import { openProbes } from "../adapters/kubernetes/restore/probes.ts";
import { restoredCluster } from "../adapters/kubernetes/restore/restored-cluster.ts";
import { clusterNamespaces } from "../adapters/kubernetes/restore/scratch-namespaces.ts";
import { keepEvidence } from "../adapters/reports/evidence.ts";
import type { ReportStore } from "../adapters/reports/report-store.ts";

type KubeConfig = Awaited<ReturnType<typeof loadKubeconfig>>;

/** Wires what restore tests reach the outside through. Nothing is connected to until it is needed. */
export function createRestorePorts(
  arm: ArmSettings,
  kubeconfigOf: (resourceId: string) => Promise<KubeConfig>,
  reports: ReportStore | null,
): RestorePorts {
  const open = async (resourceId: string): Promise<KubernetesTransport> =>
    openTransport(serverOf(await kubeconfigOf(resourceId)));
  return {
    openProvider: async (name) => (name === "velero" ? openVelero(open) : openAzureBackup(arm)),
    readSurroundings: (instanceId) => readBackupSurroundings(arm, instanceId),
    scratchNames,
    beginScratchStep: (spec, step) => beginScratchStep(arm, spec, step),
    pollScratchStep: (spec, look) => pollScratchStep(arm, spec, look),
    installProvider: (places) => copyVelero(open, places),
    async inCluster(resourceId, work) {
      const name = resourceId.split("/").at(-1) ?? resourceId;
      const transport = await open(resourceId);
      try {
        return await work({
          contents: restoredCluster(name, transport),
          namespaces: clusterNamespaces(name, transport),
          probes: openProbes(name, transport),
        });
      } finally {
        transport.close();
      }
    },
    keepEvidence: async (folder, path, text) => (reports === null ? null : keepEvidence(reports, folder, path, text)),
  };
}
