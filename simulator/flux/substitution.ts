import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { KustomizationSpec } from "./kustomization-spec.ts";

type PostBuild = NonNullable<KustomizationSpec["postBuild"]>;

/** The variables of a Kustomization: from its ConfigMaps and Secrets in their order, then its own. */
export function variablesOf(cluster: ClusterModel, namespace: string, postBuild: PostBuild): Map<string, string> {
  const variables = new Map<string, string>();
  for (const { kind, name, optional } of postBuild.substituteFrom ?? []) {
    const isSecret = kind === "Secret";
    const object = cluster.table(isSecret ? "secrets" : "configmaps").find(namespace, name);
    if (!object && optional !== true) {
      const missing = `${isSecret ? "secrets" : "configmaps"} "${name}" not found`;
      throw new FluxFailure("BuildFailed", `post build failed: substitute from '${kind}/${name}' error: ${missing}`);
    }
    for (const [key, value] of Object.entries(isObject(object?.data) ? object.data : {})) {
      variables.set(key, isSecret ? Buffer.from(String(value), "base64").toString() : String(value));
    }
  }
  for (const [key, value] of Object.entries(postBuild.substitute ?? {})) variables.set(key, value);
  return variables;
}
