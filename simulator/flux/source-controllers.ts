import { z } from "zod";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { hashText } from "../random.ts";
import { type Artifacts, requestOf, revisionOf } from "./artifacts.ts";
import { durationSeconds } from "./duration.ts";
import { type ConditionChange, failed, observed, progressing, succeeded, tell, writeStatus } from "./flux-status.ts";
import type { FluxKind, Outcome } from "./reconcile-loop.ts";

const COMPONENT = "source-controller";

const specSchema = z.looseObject({
  url: z.string(),
  interval: z.string(),
  secretRef: z.looseObject({ name: z.string() }).optional(),
});

interface Problem {
  readonly reason: string;
  readonly message: string;
}

/** GitRepository and OCIRepository: each keeps the newest revision of its source as its artifact. */
export function sourceKinds(artifacts: Artifacts): FluxKind[] {
  return (["GitRepository", "OCIRepository"] as const).map((kind) => ({
    name: kind.toLowerCase(),
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind,
    workSeconds: 2,
    concerns: () => [],
    inputs: () => "",
    begin(cluster, resource, object) {
      writeStatus(cluster, resource, object, progressing("building artifact: new upstream revision"));
    },
    work: (cluster, resource, object) => fetchSource(artifacts, cluster, resource, object),
  }));
}

function fetchSource(
  artifacts: Artifacts,
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
): Outcome {
  const spec = specSchema.parse(object.spec);
  const seconds = durationSeconds(spec.interval) ?? 60;
  const credentials = missingSecret(cluster, object, spec.secretRef?.name);
  const found = credentials ? { failure: credentials } : artifacts.fetch(requestOf(object));
  if ("failure" in found) {
    fail(cluster, resource, object, found.failure);
    return { retrySeconds: Math.min(seconds, 60) };
  }
  const message = `stored artifact for revision '${found.revision}'`;
  const changes: ConditionChange[] = [
    ...succeeded("Succeeded", message),
    { type: "ArtifactInStorage", status: "True", reason: "Succeeded", message },
    { type: "FetchFailed", gone: true },
  ];
  const isNew = revisionOf(object) !== found.revision;
  const fields = isNew ? { artifact: artifactOf(cluster, object, found.revision) } : {};
  writeStatus(cluster, resource, object, changes, { ...observed(object), ...fields });
  if (isNew) tell(cluster, object, COMPONENT, { type: "Normal", reason: "NewArtifact", message });
  return { retrySeconds: seconds };
}

/** A secret that an object names for its credentials, and that is not there. */
export function missingSecret(
  cluster: ClusterModel,
  { metadata }: KubernetesObject,
  name: string | undefined,
): Problem | undefined {
  if (name === undefined || cluster.table("secrets").find(metadata.namespace, name)) return undefined;
  const message = `failed to get secret '${metadata.namespace}/${name}': secrets "${name}" not found`;
  return { reason: "AuthenticationFailed", message };
}

function fail(cluster: ClusterModel, resource: Resource, object: KubernetesObject, { reason, message }: Problem): void {
  const changes: ConditionChange[] = [
    ...failed(reason, message),
    { type: "FetchFailed", status: "True", reason, message },
  ];
  writeStatus(cluster, resource, object, changes, observed(object));
  tell(cluster, object, COMPONENT, { type: "Warning", reason, message });
}

function artifactOf(cluster: ClusterModel, { kind, metadata }: KubernetesObject, revision: string) {
  const digest = revision.slice(revision.lastIndexOf(":") + 1);
  const path = `${kind.toLowerCase()}/${metadata.namespace}/${metadata.name}/${digest}.tar.gz`;
  return {
    revision,
    digest: `sha256:${digest.padEnd(64, "0")}`,
    path,
    url: `http://source-controller.flux-system.svc.cluster.local./${path}`,
    lastUpdateTime: cluster.nowText(),
  };
}

/** HelmRepository: an index that is there as long as its credentials are; OCI registries are not asked. */
export const helmRepositoryKind: FluxKind = {
  name: "helmrepository",
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "HelmRepository",
  workSeconds: 1,
  concerns: () => [],
  inputs: () => "",
  begin(cluster, resource, object) {
    writeStatus(cluster, resource, object, progressing("fetching index"));
  },
  work(cluster, resource, object) {
    const spec = specSchema.partial({ interval: true }).parse(object.spec);
    const seconds = durationSeconds(spec.interval) ?? 600;
    const problem = missingSecret(cluster, object, spec.secretRef?.name);
    if (problem) {
      fail(cluster, resource, object, problem);
      return { retrySeconds: Math.min(seconds, 60) };
    }
    if (spec.url.startsWith("oci://")) {
      writeStatus(cluster, resource, object, [], observed(object));
      return { retrySeconds: seconds };
    }
    const revision = `sha256:${hashText(spec.url).toString(16).padStart(64, "0")}`;
    const message = `stored artifact: revision '${revision}'`;
    const changes: ConditionChange[] = [
      ...succeeded("Succeeded", message),
      { type: "ArtifactInStorage", status: "True", reason: "Succeeded", message },
      { type: "FetchFailed", gone: true },
    ];
    const fields = revisionOf(object) === revision ? {} : { artifact: artifactOf(cluster, object, revision) };
    writeStatus(cluster, resource, object, changes, { ...observed(object), ...fields });
    return { retrySeconds: seconds };
  },
};
