import { z } from "zod";
import { installFlux } from "../flux/flux.ts";
import { createFromManifest } from "../kubernetes/model/apply.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { deleteObject } from "../kubernetes/model/deletion.ts";
import type { ObjectDraft } from "../kubernetes/model/object-table.ts";
import type { AzureModel } from "./azure-model.ts";
import type { FluxConfigurationStatus } from "./flux-status.ts";
import type { ResourceRecord } from "./records.ts";

const EXTENSION = "Microsoft.KubernetesConfiguration/extensions";
const CONFIGURATION = "Microsoft.KubernetesConfiguration/fluxConfigurations";
const SOURCE_API = "source.toolkit.fluxcd.io/v1";
const KUSTOMIZE_API = "kustomize.toolkit.fluxcd.io/v1";

const seconds = z.number().nullish();
const kustomizationSchema = z.looseObject({
  path: z.string().default(""),
  dependsOn: z.array(z.string()).nullish(),
  timeoutInSeconds: seconds,
  syncIntervalInSeconds: seconds,
  retryIntervalInSeconds: seconds,
  prune: z.boolean().default(false),
  force: z.boolean().default(false),
  wait: z.boolean().default(true),
  postBuild: z.looseObject({}).nullish(),
});
const configurationSchema = z.looseObject({
  namespace: z.string(),
  suspend: z.boolean(),
  gitRepository: z
    .looseObject({
      url: z.string(),
      timeoutInSeconds: seconds,
      syncIntervalInSeconds: seconds,
      repositoryRef: z.record(z.string(), z.string().nullable()).nullish(),
      localAuthRef: z.string().nullish(),
    })
    .nullish(),
  kustomizations: z.record(z.string(), kustomizationSchema),
});
type Configuration = z.infer<typeof configurationSchema>;

/**
 * What the agents of Microsoft.KubernetesConfiguration do in a cluster: the Flux extension brings Flux's definitions, and a
 * configuration becomes a source and its kustomizations, whose conditions are its status.
 */
export function connectFlux(azure: AzureModel): void {
  azure.followResources((resource, isThere) => {
    const cluster = azure.findCluster(clusterIn(resource.id));
    if (!cluster) return;
    const isFlux = resource.type === EXTENSION && /^microsoft\.flux$/i.test(String(resource.properties.extensionType));
    if (isFlux && isThere) installFlux(azure.kubernetes(cluster.name));
    if (resource.type !== CONFIGURATION) return;
    bringInto(azure.kubernetes(cluster.name), resource, isThere);
  });
  azure.fluxStatus = {
    statusOf: (clusterName, name, properties) => {
      const parsed = configurationSchema.safeParse(properties);
      if (!parsed.success || properties.provisioningState !== "Succeeded") return undefined;
      return statusOf(azure.kubernetes(clusterName), name, parsed.data);
    },
  };
}

function clusterIn(id: string): string {
  return /\/managedClusters\/([^/]+)/i.exec(id)?.[1] ?? "";
}

/** Makes the objects of a configuration what it says; those it no longer has go, and what they applied with them. */
function bringInto(cluster: ClusterModel, { name, properties }: ResourceRecord, isThere: boolean): void {
  const configuration = configurationSchema.parse(properties);
  const wanted = isThere ? objectsOf(name, configuration) : [];
  const { namespace } = configuration;
  for (const [kind, apiVersion] of [
    ["Kustomization", KUSTOMIZE_API] as const,
    ["GitRepository", SOURCE_API] as const,
  ]) {
    const resource = cluster.resourceOfKind(apiVersion, kind);
    if (!resource) continue;
    for (const object of cluster.tableOf(resource).list(namespace)) {
      const isOurs = object.metadata.labels?.[OWNER_LABEL] === name;
      const isWanted = wanted.some((draft) => draft.kind === kind && draft.metadata.name === object.metadata.name);
      if (isOurs && !isWanted) deleteObject(cluster, resource, object);
    }
  }
  if (wanted.length === 0) return;
  createFromManifest(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  for (const draft of wanted) put(cluster, draft);
}

const OWNER_LABEL = "clusterconfig.azure.com/name";

function put(cluster: ClusterModel, draft: ObjectDraft & { readonly spec: unknown }): void {
  const current = createFromManifest(cluster, draft);
  const resource = cluster.resourceOfKind(current.apiVersion, current.kind);
  if (resource) cluster.tableOf(resource).update({ ...current, spec: draft.spec });
}

function objectsOf(name: string, configuration: Configuration): Array<ObjectDraft & { readonly spec: unknown }> {
  const { namespace, suspend, gitRepository: git, kustomizations } = configuration;
  if (!git) return [];
  const metadata = (objectName: string) => ({ name: objectName, namespace, labels: { [OWNER_LABEL]: name } });
  const ref = Object.fromEntries(Object.entries(git.repositoryRef ?? {}).filter(([, value]) => value !== null));
  const source = {
    url: git.url,
    interval: duration(git.syncIntervalInSeconds, 600),
    timeout: duration(git.timeoutInSeconds, 600),
    ref,
    ...(git.localAuthRef ? { secretRef: { name: git.localAuthRef } } : {}),
    suspend,
  };
  return [
    { apiVersion: SOURCE_API, kind: "GitRepository", metadata: metadata(name), spec: source },
    ...Object.entries(kustomizations).map(([key, one]) => ({
      apiVersion: KUSTOMIZE_API,
      kind: "Kustomization",
      metadata: metadata(`${name}-${key}`),
      spec: {
        ...{ path: one.path, prune: one.prune, force: one.force, wait: one.wait, suspend },
        interval: duration(one.syncIntervalInSeconds, 600),
        timeout: duration(one.timeoutInSeconds, 600),
        ...(one.retryIntervalInSeconds ? { retryInterval: duration(one.retryIntervalInSeconds, 600) } : {}),
        sourceRef: { kind: "GitRepository", name },
        dependsOn: (one.dependsOn ?? []).map((other) => ({ name: `${name}-${other}` })),
        ...(one.postBuild ? { postBuild: one.postBuild } : {}),
      },
    })),
  ];
}

function duration(asked: number | null | undefined, otherwise: number): string {
  return `${asked ?? otherwise}s`;
}

const objectStatusSchema = z.looseObject({
  conditions: z
    .array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string().default("") }))
    .default([]),
  artifact: z.looseObject({ revision: z.string() }).nullish(),
});

function statusOf(cluster: ClusterModel, name: string, configuration: Configuration): FluxConfigurationStatus {
  const objects = objectsOf(name, configuration).map(({ apiVersion = "", kind = "", metadata }) => {
    const resource = cluster.resourceOfKind(apiVersion, kind);
    const found = resource && cluster.tableOf(resource).find(metadata.namespace, metadata.name);
    return { kind, name: metadata.name, status: objectStatusSchema.safeParse(found?.status ?? {}).data };
  });
  const states = objects.map(({ status }) => stateOf(status, configuration.suspend));
  const commit = objects.find(({ kind }) => kind === "GitRepository")?.status?.artifact?.revision;
  return {
    complianceState: overall(states, configuration.suspend),
    statuses: objects.map(({ kind, name: objectName, status }, index) => ({
      ...{ name: objectName, namespace: configuration.namespace, kind, complianceState: states[index] },
      appliedBy: null,
      helmReleaseProperties: null,
      statusConditions: (status?.conditions ?? []).map((condition) => ({
        lastTransitionTime: condition.lastTransitionTime,
        message: condition.message,
        ...{ reason: condition.reason, status: condition.status, type: condition.type },
      })),
    })),
    ...(commit === undefined ? {} : { sourceSyncedCommitId: commit }),
    statusUpdatedAt: new Date(cluster.nowMs).toISOString(),
  };
}

type State = FluxConfigurationStatus["complianceState"];

function stateOf(status: z.infer<typeof objectStatusSchema> | undefined, suspended: boolean): State {
  if (suspended) return "Suspended";
  const ready = status?.conditions.find(({ type }) => type === "Ready")?.status;
  if (ready === "True") return "Compliant";
  return ready === "False" ? "Non-Compliant" : "Pending";
}

function overall(states: readonly State[], suspended: boolean): State {
  if (suspended) return "Suspended";
  if (states.includes("Non-Compliant")) return "Non-Compliant";
  return states.includes("Pending") || states.length === 0 ? "Pending" : "Compliant";
}
