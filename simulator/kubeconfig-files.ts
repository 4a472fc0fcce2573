import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AzureModel } from "./azure/azure-model.ts";
import { credentialBody } from "./resource-manager/credentials.ts";

/**
 * Writes a kubeconfig of each cluster's administrator, `{cluster}.yaml`, which only its owner may read: kubectl works with it.
 * Throws an Error of one sentence when the folder cannot be written.
 */
export function writeKubeconfigs(azure: AzureModel, url: string, directory: string): void {
  // kubectl sends its token over TLS only; the port speaks both.
  const origin = url.replace(/^http:/, "https:");
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const cluster of azure.clusters.values()) {
      const [{ value } = { value: "" }] = credentialBody(azure, cluster, "clusterAdmin", origin).kubeconfigs;
      const file = join(directory, `${cluster.name}.yaml`);
      writeFileSync(file, Buffer.from(value, "base64"), { mode: 0o600 });
      // The mode counts for new files only.
      chmodSync(file, 0o600);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot write the kubeconfigs to ${directory}: ${reason}`, { cause: error });
  }
}
