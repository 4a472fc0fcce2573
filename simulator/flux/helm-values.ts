import { parse } from "yaml";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { HelmReleaseSpec } from "./helm-release-spec.ts";

type Values = Readonly<Record<string, unknown>>;

/** The values of a release: from its ConfigMaps and Secrets in their order, then its own. Throws a FluxFailure. */
export function composeValues(cluster: ClusterModel, namespace: string, spec: HelmReleaseSpec): Values {
  let values: Values = {};
  for (const source of spec.valuesFrom) {
    const text = readSource(cluster, namespace, source);
    if (text === undefined) continue;
    values = mergeValues(values, source.targetPath === undefined ? parseValues(text) : nest(source.targetPath, text));
  }
  return mergeValues(values, spec.values ?? {});
}

function readSource(
  cluster: ClusterModel,
  namespace: string,
  { kind, name, valuesKey, optional }: HelmReleaseSpec["valuesFrom"][number],
): string | undefined {
  const isSecret = kind === "Secret";
  const object = cluster.table(isSecret ? "secrets" : "configmaps").find(namespace, name);
  const data = isObject(object?.data) ? object.data : {};
  const value = data[valuesKey];
  if (value !== undefined) return isSecret ? Buffer.from(String(value), "base64").toString() : String(value);
  if (optional === true) return undefined;
  const cause = object ? `missing key '${valuesKey}'` : `${isSecret ? "secrets" : "configmaps"} "${name}" not found`;
  const subject = `${kind} chart values reference '${namespace}/${name}' with key '${valuesKey}'`;
  throw new FluxFailure("ValuesError", `could not resolve ${subject}: ${cause}`);
}

function parseValues(text: string): Values {
  const parsed: unknown = parse(text);
  return isObject(parsed) ? parsed : {};
}

function nest(path: string, value: string): Values {
  return path.split(".").reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Values;
}

function mergeValues(base: Values, over: Values): Values {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    result[key] = isObject(before) && isObject(value) ? mergeValues(before, value) : value;
  }
  return result;
}
