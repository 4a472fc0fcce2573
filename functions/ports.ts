import { isAbsolute, join } from "node:path";
import type { ActivityPorts, PreflightPorts, Region } from "../activities/ports.ts";
import type { ArmSettings } from "../adapters/azure/arm-client.ts";
import { readComputeUsages } from "../adapters/azure/compute-usages.ts";
import { createCredential } from "../adapters/azure/credential.ts";
import { beginOperation, pollOperation } from "../adapters/azure/long-operations.ts";
import { readMaintenance } from "../adapters/azure/maintenance-configurations.ts";
import { inspectCluster, observeCluster, readKubeconfig } from "../adapters/azure/managed-clusters.ts";
import { readOfferedMinors } from "../adapters/azure/offered-minors.ts";
import { queryClusters } from "../adapters/azure/resource-graph.ts";
import { findScratch, removeScratchGrant, removeScratchGroup } from "../adapters/azure/scratch/scratch-janitor.ts";
import { readSubnet } from "../adapters/azure/subnets.ts";
import { callUrl } from "../adapters/checks/call-url.ts";
import { readFleetFile } from "../adapters/fleet-config.ts";
import { openClusterChecks } from "../adapters/kubernetes/cluster-checks.ts";
import { openHttpRoutes } from "../adapters/kubernetes/http-routes.ts";
import { loadKubeconfig } from "../adapters/kubernetes/kubeconfig.ts";
import { type KubernetesCluster, openKubernetesCluster } from "../adapters/kubernetes/kubernetes-cluster.ts";
import { openPreflightReader } from "../adapters/kubernetes/preflight-reader.ts";
import { queryPrometheus } from "../adapters/prometheus/instant-query.ts";
import { openReportStore } from "../adapters/reports/report-store.ts";
import { addDiscovered, discoveryQuery } from "../domain/discovery.ts";
import type { Settings } from "../domain/settings.ts";
import { createRestorePorts } from "./restore-ports.ts";

/** What the app reaches the outside through, but for what needs an invocation's durable client. */
export type AppPorts = Omit<ActivityPorts, "isAlive" | "resultOf" | "standOf" | "listRuns" | "readProofs">;

type KubeConfig = Awaited<ReturnType<typeof loadKubeconfig>>;

/** How long a cluster's credentials are used before they are asked for again. */
const KUBECONFIG_MINUTES = 10;
/** How long what Azure says of a whole region holds: the clusters of a wave ask for the same. */
const QUOTA_MINUTES = 1;
const OFFER_MINUTES = 60;

/**
 * Wires the adapters to the settings. Nothing is connected to until it is needed.
 *
 * @param appDirectory where a relative FLEET_CONFIG or REPORTS_STORAGE is looked for
 * @param publicUrl where operators reach the app; asked for each time, since hosts may set it late
 */
export function createPorts(settings: Settings, appDirectory: string, publicUrl: () => string): AppPorts {
  const credential = createCredential({
    clientId: settings.AZURE_CLIENT_ID,
    hasManagedIdentity: settings.IDENTITY_ENDPOINT !== undefined,
  });
  const arm = { endpoint: settings.AZURE_RESOURCE_MANAGER_ENDPOINT, credential };
  const { FLEET_CONFIG: location, TEAMS_WEBHOOK_URL: webhook, REPORTS_STORAGE: storage } = settings;
  const placed = (path: string) => (/^https?:/.test(path) || isAbsolute(path) ? path : join(appDirectory, path));
  const reports = storage === undefined ? null : openReportStore(placed(storage), credential);
  const kubeconfigOf = keepFor(KUBECONFIG_MINUTES, async (resourceId) =>
    loadKubeconfig(await readKubeconfig(arm, resourceId), credential),
  );
  const openKubernetes = async (resourceId: string): Promise<KubernetesCluster> =>
    openKubernetesCluster(nameOf(resourceId), await kubeconfigOf(resourceId));
  return {
    readFleet: async () => {
      const file = await readFleetFile(placed(location));
      const found = await Promise.all(
        file.config.discover.map((entry) => queryClusters(arm, discoveryQuery(entry), entry.subscriptions)),
      );
      return { ...addDiscovered(file.config, found), digest: file.digest };
    },
    observeCluster: (resourceId) => observeCluster(arm, resourceId),
    beginOperation: (operation) => beginOperation(arm, operation),
    pollOperation: (operation, state) => pollOperation(arm, operation, state),
    openKubernetes: keepFor(KUBECONFIG_MINUTES, openKubernetes),
    preflight: preflightPorts(arm, kubeconfigOf),
    restore: createRestorePorts(arm, kubeconfigOf, reports),
    reports,
    janitor: {
      find: (subscriptionIds, runOfGroup) => findScratch(arm, subscriptionIds, runOfGroup),
      removeGroup: (id, run) => removeScratchGroup(arm, id, run),
      removeGrant: (id) => removeScratchGrant(arm, id),
    },
    openHttpRoutes: async (resourceId) => openHttpRoutes(nameOf(resourceId), await kubeconfigOf(resourceId)),
    queryPrometheus: (resourceId, question) =>
      queryPrometheus({ credential, kubeconfig: () => kubeconfigOf(resourceId) }, question),
    async postReport(report) {
      if (webhook === undefined) return false;
      const { postReportCard } = await import("../adapters/teams/post-report-card.ts");
      await postReportCard(webhook, report, `${publicUrl()}/console#/runs/${report.id}`);
      return true;
    },
    async postNotice(runId, notice) {
      if (webhook === undefined) return false;
      const { postNoticeCard } = await import("../adapters/teams/post-notice-card.ts");
      await postNoticeCard(webhook, notice, `${publicUrl()}/console#/runs/${runId}`);
      return true;
    },
    async postGate(runId, gate) {
      if (webhook === undefined) return false;
      const { postGateCard } = await import("../adapters/teams/post-gate-card.ts");
      await postGateCard(webhook, gate, { id: runId, url: `${publicUrl()}/console#/runs/${runId}` });
      return true;
    },
  };
}

function preflightPorts(arm: ArmSettings, kubeconfigOf: (resourceId: string) => Promise<KubeConfig>): PreflightPorts {
  const ofRegion = <T>(minutes: number, read: (arm: ArmSettings, region: Region) => Promise<T>) => {
    const kept = keepFor(minutes, (key) => {
      const [subscriptionId = "", location = ""] = key.split("/");
      return read(arm, { subscriptionId, location });
    });
    return ({ subscriptionId, location }: Region) => kept(`${subscriptionId}/${location}`);
  };
  return {
    inspectCluster: (resourceId) => inspectCluster(arm, resourceId),
    openReader: async (resourceId) => openPreflightReader(nameOf(resourceId), await kubeconfigOf(resourceId)),
    readComputeUsages: ofRegion(QUOTA_MINUTES, readComputeUsages),
    readOfferedMinors: ofRegion(OFFER_MINUTES, readOfferedMinors),
    readSubnet: (id) => readSubnet(arm, id),
    readMaintenance: (resourceId) => readMaintenance(arm, resourceId),
    callUrl,
    openChecks: async (resourceId) => openClusterChecks(nameOf(resourceId), await kubeconfigOf(resourceId)),
  };
}

/** The last part of a resource id. */
function nameOf(resourceId: string): string {
  return resourceId.split("/").at(-1) ?? resourceId;
}

/** Keeps what was opened for some minutes; what failed to open is tried anew. */
function keepFor<T>(minutes: number, open: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const kept = new Map<string, { readonly opened: Promise<T>; readonly untilMs: number }>();
  return (key) => {
    const known = kept.get(key);
    if (known && known.untilMs > Date.now()) return known.opened;
    const opened = open(key);
    kept.set(key, { opened, untilMs: Date.now() + minutes * 60_000 });
    opened.catch(() => kept.delete(key));
    return opened;
  };
}
