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

const REFERENCE = /\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-=])([^}]*))?\}/g;

/**
 * Puts variables into a text, as Flux's envsubst does: `${a}`, `${a:-otherwise}`, `${a:=otherwise}`; `$${a}` stays as
 * `${a}`. What is not set is empty, or an Error when strict.
 */
export function substitute(text: string, variables: ReadonlyMap<string, string>, strict: boolean): string {
  return text.replace(REFERENCE, (whole, dollar: string, name: string, operator?: string, otherwise?: string) => {
    if (dollar !== "") return whole.slice(1);
    const value = variables.get(name);
    if (value !== undefined && (value !== "" || !operator?.startsWith(":"))) return value;
    if (operator !== undefined) return otherwise ?? "";
    if (strict) throw new Error(`variable substitution failed: variable not set (strict mode): "${name}"`);
    return "";
  });
}
