import { stringify } from "yaml";
import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord } from "../azure/records.ts";
import { serverCertificate } from "../tls/server-certificate.ts";

/**
 * The answer to the credential calls: a kubeconfig for this cluster's Kubernetes API on this server, by TLS or plain as the
 * caller came. kubectl sends its token over TLS only.
 */
export function credentialBody(
  azure: AzureModel,
  cluster: ClusterRecord,
  name: "clusterAdmin" | "clusterUser",
  origin: string,
) {
  const token = azure.secrets.get(`kubernetes/${cluster.name}`);
  const server = { server: `${origin}/kubernetes/${cluster.name}`, ...trustIn(azure, origin) };
  const text = kubeconfig(cluster, name, server, token);
  return { kubeconfigs: [{ name, value: Buffer.from(text).toString("base64") }] };
}

function trustIn(azure: AzureModel, origin: string): Record<string, unknown> {
  // The official JavaScript client accepts plain http only with this flag.
  if (origin.startsWith("http:")) return { "insecure-skip-tls-verify": true };
  const { certificate } = serverCertificate(azure.secrets);
  return { "certificate-authority-data": Buffer.from(certificate).toString("base64") };
}

function kubeconfig(cluster: ClusterRecord, role: string, server: object, token: string): string {
  const user = `${role}_${cluster.resourceGroup}_${cluster.name}`;
  const context = role === "clusterAdmin" ? `${cluster.name}-admin` : cluster.name;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: cluster.name, cluster: server }],
    contexts: [{ name: context, context: { cluster: cluster.name, user } }],
    "current-context": context,
    users: [{ name: user, user: { token } }],
  });
}
