import { z } from "zod";
import type { ClusterObject } from "../../../domain/restore/expected-contents.ts";
import type { LoudObject, Manifest, Quieting } from "../../../domain/restore/isolation.ts";
import type { ApiCall, KubernetesTransport } from "../drain/transport.ts";
import { clusterApi, readAnswer } from "./cluster-api.ts";

const PAGE_SIZE = 500;
const MANAGER = "drydock";

/**
 * The kinds that are counted, and where each is. Secrets are not: nobody who only counts should read production's. A missing
 * one shows by the workload that does not come up without it.
 */
const KINDS = {
  Namespace: "/api/v1/namespaces",
  Deployment: "/apis/apps/v1/deployments",
  StatefulSet: "/apis/apps/v1/statefulsets",
  DaemonSet: "/apis/apps/v1/daemonsets",
  CronJob: "/apis/batch/v1/cronjobs",
  PersistentVolumeClaim: "/api/v1/persistentvolumeclaims",
  Service: "/api/v1/services",
  ConfigMap: "/api/v1/configmaps",
  ServiceAccount: "/api/v1/serviceaccounts",
} as const;
type Kind = keyof typeof KINDS;

const count = z.number().nullish();
const itemSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string().nullish(),
    creationTimestamp: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.unknown()).nullish(),
  }),
  spec: z.object({ replicas: count, suspend: z.boolean().nullish(), type: z.string().nullish() }).nullish(),
  status: z
    .object({
      readyReplicas: count,
      numberReady: count,
      desiredNumberScheduled: count,
      phase: z.string().nullish(),
    })
    .nullish(),
});
type Item = z.infer<typeof itemSchema>;

const pageSchema = z.object({
  metadata: z.object({ continue: z.string().nullish() }).nullish(),
  items: z.array(itemSchema).nullish(),
});

/** What a restore test asks of a cluster, the source's or the scratch. Every call throws DrydockError. */
export interface RestoredCluster {
  /** Every object of the kinds that are judged. */
  inventory(): Promise<ClusterObject[]>;
  /** CronJobs and Services. */
  loudObjects(): Promise<LoudObject[]>;
  /** Makes the objects as they are given, whatever was there under their names. */
  apply(manifests: readonly Manifest[]): Promise<void>;
  /** Patches what is loud; what is gone meanwhile is quiet. */
  quiet(quietings: readonly Quieting[]): Promise<void>;
}

const manifestSchema = z.object({
  kind: z.enum(["Namespace", "NetworkPolicy"]),
  metadata: z.object({ name: z.string(), namespace: z.string().optional() }),
});

/** What a restore test does in the cluster of that name. */
export function restoredCluster(name: string, transport: KubernetesTransport): RestoredCluster {
  const { ask } = clusterApi(name, transport);
  async function list<T>(kind: Kind, read: (item: Item, kind: Kind) => T): Promise<T[]> {
    const asked = `list the ${kind} objects`;
    const found: T[] = [];
    let token = "";
    do {
      const more = token === "" ? "" : `&continue=${encodeURIComponent(token)}`;
      const path = `${KINDS[kind]}?limit=${PAGE_SIZE}${more}`;
      const page = readAnswer(pageSchema, await ask({ method: "GET", path }, asked, [200]), asked);
      found.push(...(page.items ?? []).map((item) => read(item, kind)));
      token = page.metadata?.continue ?? "";
    } while (token !== "");
    return found;
  }
  return {
    async inventory() {
      const kinds = Object.keys(KINDS) as Kind[];
      return (await Promise.all(kinds.map((kind) => list(kind, objectOf)))).flat();
    },
    async loudObjects() {
      return [...(await list("CronJob", loudOf)), ...(await list("Service", loudOf))];
    },
    async apply(manifests) {
      for (const body of manifests) {
        const { kind, metadata } = manifestSchema.parse(body);
        const path = `${pathOf(kind, metadata)}?fieldManager=${MANAGER}&force=true`;
        const call: ApiCall = { method: "PATCH", path, body, contentType: "application/apply-patch+yaml" };
        await ask(call, `make ${kind} ${metadata.name}`, [200, 201]);
      }
    },
    async quiet(quietings) {
      for (const { kind, namespace, name: object, patch } of quietings) {
        const group = kind === "CronJob" ? "/apis/batch/v1" : "/api/v1";
        const plural = kind === "CronJob" ? "cronjobs" : "services";
        const path = `${group}/namespaces/${namespace}/${plural}/${object}?fieldManager=${MANAGER}`;
        const call: ApiCall = { method: "PATCH", path, body: patch, contentType: "application/merge-patch+json" };
        await ask(call, `quiet ${kind} ${namespace}/${object}`, [200, 404]);
      }
    },
  };
}

function pathOf(
  kind: "Namespace" | "NetworkPolicy",
  metadata: { name: string; namespace?: string | undefined },
): string {
  if (kind === "Namespace") return `/api/v1/namespaces/${metadata.name}`;
  return `/apis/networking.k8s.io/v1/namespaces/${metadata.namespace ?? ""}/networkpolicies/${metadata.name}`;
}

function objectOf({ metadata, spec, status }: Item, kind: Kind): ClusterObject {
  const isScaled = kind === "Deployment" || kind === "StatefulSet";
  const isDaemon = kind === "DaemonSet";
  return {
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    createdAt: metadata.creationTimestamp ?? "1970-01-01T00:00:00Z",
    isOwned: (metadata.ownerReferences ?? []).length > 0,
    labels: metadata.labels ?? {},
    desired: isScaled ? (spec?.replicas ?? 1) : isDaemon ? (status?.desiredNumberScheduled ?? 0) : null,
    ready: isScaled ? (status?.readyReplicas ?? 0) : isDaemon ? (status?.numberReady ?? 0) : null,
    phase: kind === "PersistentVolumeClaim" ? (status?.phase ?? null) : null,
  };
}

function loudOf({ metadata, spec }: Item, kind: Kind): LoudObject {
  return {
    kind,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    ...(kind === "CronJob" ? { isSuspended: spec?.suspend === true } : {}),
    ...(kind === "Service" ? { serviceType: spec?.type ?? "ClusterIP" } : {}),
  };
}
