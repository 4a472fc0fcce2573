import type { ClusterModel } from "./cluster-model.ts";
import type { Pod } from "./objects.ts";

/** What keeps a kubelet from starting a pod's containers. */
export interface UnmetNeed {
  /** What `kubectl get pods` shows. */
  readonly waitingReason: "ContainerCreating" | "CreateContainerConfigError" | "ErrImagePull";
  readonly message: string;
  readonly event: { readonly reason: string; readonly message: string };
}

type Kind = "secret" | "configmap";

/** The first thing that a pod needs and that is not there: a volume's content, a variable's source, an image. */
export function unmetNeed(cluster: ClusterModel, pod: Pod): UnmetNeed | undefined {
  return missingVolume(cluster, pod) ?? missingVariable(cluster, pod) ?? missingImage(cluster, pod);
}

function missingVolume(cluster: ClusterModel, pod: Pod): UnmetNeed | undefined {
  for (const { name, secret, configMap } of pod.spec.volumes ?? []) {
    const missing =
      missingObject(cluster, pod, "secret", secret?.secretName, secret?.optional) ??
      missingObject(cluster, pod, "configmap", configMap?.name, configMap?.optional);
    if (missing === undefined) continue;
    const message = `MountVolume.SetUp failed for volume "${name}" : ${missing}`;
    return { waitingReason: "ContainerCreating", message: "", event: { reason: "FailedMount", message } };
  }
  return undefined;
}

function missingVariable(cluster: ClusterModel, pod: Pod): UnmetNeed | undefined {
  for (const { env = [], envFrom = [] } of pod.spec.containers) {
    for (const source of [
      ...env.map(({ valueFrom }) => ({ secret: valueFrom?.secretKeyRef, configMap: valueFrom?.configMapKeyRef })),
      ...envFrom.map(({ secretRef, configMapRef }) => ({ secret: secretRef, configMap: configMapRef })),
    ]) {
      const missing =
        missingObject(cluster, pod, "secret", source.secret?.name, source.secret?.optional) ??
        missingObject(cluster, pod, "configmap", source.configMap?.name, source.configMap?.optional);
      if (missing === undefined) continue;
      const event = { reason: "Failed", message: `Error: ${missing}` };
      return { waitingReason: "CreateContainerConfigError", message: missing, event };
    }
  }
  return undefined;
}

function missingObject(
  cluster: ClusterModel,
  pod: Pod,
  kind: Kind,
  name: string | undefined,
  optional: boolean | undefined,
): string | undefined {
  if (name === undefined || optional === true) return undefined;
  const table = cluster.table(kind === "secret" ? "secrets" : "configmaps");
  return table.find(pod.metadata.namespace, name) ? undefined : `${kind} "${name}" not found`;
}

function missingImage(cluster: ClusterModel, pod: Pod): UnmetNeed | undefined {
  for (const { image } of pod.spec.containers) {
    const objection = image === undefined ? undefined : cluster.images.objectionTo(image);
    if (objection === undefined) continue;
    const message = `Failed to pull image "${image}": ${objection}`;
    return { waitingReason: "ErrImagePull", message, event: { reason: "Failed", message } };
  }
  return undefined;
}
