import type { BackupFaults } from "./backup/backup-faults.ts";
import { dataReaderController } from "./backup/data-reader-controller.ts";
import { fluxControllers } from "./flux/flux.ts";
import { fluxPorts } from "./flux/flux-ports.ts";
import { commitFiles, findSource } from "./git/fleet-source.ts";
import type { ClusterEnvironment } from "./kubernetes/model/cluster-model.ts";
import type { Services } from "./services.ts";
import { veleroControllers } from "./velero/velero.ts";
import { VeleroStorage } from "./velero/velero-storage.ts";
import type { World } from "./world.ts";

/** What every cluster has around it: Flux, which follows the fleet's repository, the registry that its nodes pull from, and monitoring. */
export function clusterEnvironment(
  world: World,
  { registry, repository, histories }: Pick<Services, "registry" | "repository" | "histories">,
  backupFaults: BackupFaults,
): ClusterEnvironment {
  const ports = fluxPorts({
    sources: { find: (request) => findSource(repository, request) },
    tags: { tagsOf: (image) => registry.tagsOf(image) },
    writer: {
      commit: (_url, branch, message, files) => commitFiles(repository, { branch, message, files, atMs: world.nowMs }),
    },
  });
  return {
    controllers: [
      ...fluxControllers(ports),
      histories.controller(),
      dataReaderController,
      ...veleroControllers(new VeleroStorage(world), backupFaults),
    ],
    images: { objectionTo: (image) => registry.objectionTo(image) },
  };
}
