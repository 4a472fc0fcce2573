import { checkResource, type KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { KustomizationSpec } from "./kustomization-spec.ts";

/** Key services that a controller can use by its own identity, without a key in a Secret. */
const BY_IDENTITY = ["azure_kv", "kms", "gcp_kms", "hc_vault"];

/** Whether SOPS has encrypted a resource. */
export function isEncrypted(resource: KubernetesResource): boolean {
  return isObject(resource.sops) && typeof resource.sops.mac === "string";
}

/** The kinds of keys that a Kustomization can decrypt with. Throws a FluxFailure when its secret is missing. */
export function importKeys(cluster: ClusterModel, namespace: string, spec: KustomizationSpec): readonly string[] {
  if (!spec.decryption) return [];
  const name = spec.decryption.secretRef?.name;
  if (name === undefined) return BY_IDENTITY;
  const secret = cluster.table("secrets").find(namespace, name);
  if (!secret) throw new FluxFailure("BuildFailed", `secrets "${name}" not found`);
  const files = Object.keys(isObject(secret.data) ? secret.data : {});
  const has = (ending: string) => files.some((file) => file.endsWith(ending));
  return [...BY_IDENTITY, ...(has(".agekey") ? ["age"] : []), ...(has(".asc") ? ["pgp"] : [])];
}

/**
 * Decrypts a resource, as far as a model can: whoever has a key of a kind that it is encrypted for gets values, if not the
 * true ones. Throws a FluxFailure for whom it is not encrypted.
 */
export function decryptResource(resource: KubernetesResource, keys: readonly string[]): KubernetesResource {
  const { sops, ...rest } = resource;
  const recipients = isObject(sops) ? sops : {};
  const opens = keys.some((key) => Array.isArray(recipients[key]) && recipients[key].length > 0);
  if (!opens) {
    const name = `${resource.kind}.v1.[noGrp]/${resource.metadata.name}`;
    const cause = "cannot get sops data key: Failed to get the data key required to decrypt the SOPS file.";
    throw new FluxFailure("BuildFailed", `decryption failed for '${name}': ${cause}`);
  }
  return checkResource(resource.metadata.name, openValues(rest));
}

function openValues(value: unknown, field = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => openValues(item, field));
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, openValues(entry, field || key)]));
  }
  if (typeof value !== "string" || !value.startsWith("ENC[")) return value;
  return field === "data" ? Buffer.from("decrypted").toString("base64") : "decrypted";
}
