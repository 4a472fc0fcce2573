import { stringify } from "yaml";
import type { AzureModel } from "../azure/azure-model.ts";
import type { ClusterRecord } from "../azure/records.ts";

/** The answer to the credential calls: a kubeconfig for this cluster's Kubernetes API on this server. */
export function credentialBody(
  azure: AzureModel,
  cluster: ClusterRecord,
  name: "clusterAdmin" | "clusterUser",
  origin: string,
) {
  const token = azure.secrets.get(`kubernetes/${cluster.name}`);
  const value = Buffer.from(kubeconfig(cluster, name, `${origin}/kubernetes/${cluster.name}`, token)).toString(
    "base64",
  );
  return { kubeconfigs: [{ name, value }] };
}

function kubeconfig(cluster: ClusterRecord, role: string, server: string, token: string): string {
  const user = `${role}_${cluster.resourceGroup}_${cluster.name}`;
  const context = role === "clusterAdmin" ? `${cluster.name}-admin` : cluster.name;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    // The server is plain http on the loopback; the official JavaScript client accepts that only with this flag.
    clusters: [{ name: cluster.name, cluster: { server, "insecure-skip-tls-verify": true } }],
    contexts: [{ name: context, context: { cluster: cluster.name, user } }],
    "current-context": context,
    users: [{ name: user, user: { token } }],
  });
}
