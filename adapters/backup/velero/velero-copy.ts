import { z } from "zod";
import type { RestorePlaces } from "../../../domain/restore/long-step.ts";
import type { KubernetesTransport } from "../../kubernetes/drain/transport.ts";
import { type ClusterApi, clusterApi, readAnswer } from "../../kubernetes/restore/cluster-api.ts";

const MANAGER = "drydock";
const VELERO_GROUP = "velero.io";

const objectSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.unknown()).nullish(),
  }),
});
type Found = z.infer<typeof objectSchema>;
const listSchema = z.object({ items: z.array(objectSchema).nullish() });

/** What Velero consists of in its namespace, in the order in which it is made. */
const NAMESPACED = [
  ["/api/v1", "v1", "ServiceAccount", "serviceaccounts"],
  ["/api/v1", "v1", "Secret", "secrets"],
  ["/api/v1", "v1", "ConfigMap", "configmaps"],
  [`/apis/${VELERO_GROUP}/v1`, `${VELERO_GROUP}/v1`, "BackupStorageLocation", "backupstoragelocations"],
  [`/apis/${VELERO_GROUP}/v1`, `${VELERO_GROUP}/v1`, "VolumeSnapshotLocation", "volumesnapshotlocations"],
  ["/apis/apps/v1", "apps/v1", "Deployment", "deployments"],
  ["/apis/apps/v1", "apps/v1", "DaemonSet", "daemonsets"],
] as const;

/** What each cluster makes by itself. */
const BY_ITSELF: ReadonlySet<string> = new Set(["ConfigMap/kube-root-ca.crt", "ServiceAccount/default"]);

/**
 * Lets a scratch cluster restore as the source would: with the Velero that runs there, its version, plugins and credentials,
 * and the location that the backups are in. The location is read-only, so that the copy neither makes nor deletes backups of
 * production; schedules stay behind. What it consists of is copied from cluster to cluster and kept nowhere. Made twice, it is
 * made once. Throws DrydockError.
 */
export async function copyVelero(
  open: (clusterId: string) => Promise<KubernetesTransport>,
  { sourceId, targetId, location }: RestorePlaces,
): Promise<void> {
  const [namespace = ""] = location.split("/");
  const [from, to] = [await open(sourceId), await open(targetId)];
  try {
    const source = clusterApi(nameOf(sourceId), from);
    const target = clusterApi(nameOf(targetId), to);
    await copyDefinitions(source, target);
    await make(
      target,
      { path: "/api/v1/namespaces", apiVersion: "v1", kind: "Namespace" },
      { metadata: { name: namespace } },
    );
    await copyRights(source, target, namespace);
    for (const [base, apiVersion, kind, plural] of NAMESPACED) {
      const path = `${base}/namespaces/${namespace}/${plural}`;
      const found = await list(source, path, `list the ${kind} objects of ${namespace}`);
      for (const object of found.filter((one) => isOwn(kind, one, location))) {
        await make(target, { path, apiVersion, kind }, copyOf(kind, object, namespace));
      }
    }
  } finally {
    from.close();
    to.close();
  }
}

async function copyDefinitions(source: ClusterApi, target: ClusterApi): Promise<void> {
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const found = await list(source, path, "list the definitions of Velero");
  const kind = { path, apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
  for (const object of found.filter(({ metadata }) => metadata.name.endsWith(`.${VELERO_GROUP}`))) {
    await make(target, kind, { metadata: { name: object.metadata.name }, spec: object.spec });
  }
}

/** Velero may do everything in its cluster, through a binding of its service account. */
async function copyRights(source: ClusterApi, target: ClusterApi, namespace: string): Promise<void> {
  const path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";
  const found = await list(source, path, "list the cluster role bindings");
  const kind = { path, apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" };
  for (const { metadata, subjects, roleRef } of found.filter((one) => bindsIn(one, namespace))) {
    await make(target, kind, { metadata: { name: metadata.name }, subjects, roleRef });
  }
}

function bindsIn({ subjects }: Found, namespace: string): boolean {
  const parsed = z.array(z.object({ kind: z.string(), namespace: z.string().nullish() })).safeParse(subjects);
  const bound = parsed.data ?? [];
  return bound.length > 0 && bound.every((one) => one.kind === "ServiceAccount" && one.namespace === namespace);
}

/** Of the locations the one that is restored from; of the rest what nobody else makes. */
function isOwn(kind: string, { metadata, type }: Found, location: string): boolean {
  if ((metadata.ownerReferences ?? []).length > 0 || BY_ITSELF.has(`${kind}/${metadata.name}`)) return false;
  if (kind === "Secret" && type === "kubernetes.io/service-account-token") return false;
  return kind !== "BackupStorageLocation" || metadata.name === location.split("/")[1];
}

function copyOf(kind: string, object: Found, namespace: string): object {
  const { metadata, status: _status, apiVersion: _version, kind: _kind, ...content } = object;
  const { name, labels, annotations } = metadata;
  const head = { name, namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) };
  if (kind !== "BackupStorageLocation") return { ...content, metadata: head };
  return { ...content, metadata: head, spec: { ...(content.spec as object), accessMode: "ReadOnly", default: true } };
}

async function list(api: ClusterApi, path: string, what: string): Promise<Found[]> {
  const answer = await api.ask({ method: "GET", path }, what, [200, 404]);
  return answer.status === 404 ? [] : (readAnswer(listSchema, answer, what).items ?? []);
}

async function make(
  api: ClusterApi,
  { path, apiVersion, kind }: { readonly path: string; readonly apiVersion: string; readonly kind: string },
  object: object,
): Promise<void> {
  const { name } = (object as Found).metadata;
  const what = `make ${kind} ${name}`;
  await api.ask(
    { method: "POST", path: `${path}?fieldManager=${MANAGER}`, body: { apiVersion, kind, ...object } },
    what,
    [200, 201, 202, 409],
  );
}

function nameOf(resourceId: string): string {
  return resourceId.split("/").at(-1) ?? resourceId;
}
