import type { AuthorizationManagementClient } from "@azure/arm-authorization";
import type { ContainerServiceClient } from "@azure/arm-containerservice";
import type { SourceControlConfigurationClient } from "@azure/arm-kubernetesconfiguration";
import type { ResourceManagementClient } from "@azure/arm-resources";
import { type ArmSettings, allowLoopback, createArmClient } from "../arm-client.ts";

/** The official clients of what a scratch cluster is made of. */
export interface ScratchClients {
  readonly groups: ResourceManagementClient;
  readonly clusters: ContainerServiceClient;
  readonly extensions: SourceControlConfigurationClient;
  readonly authorization: AuthorizationManagementClient;
}

/** Opens the clients for one subscription; loaded only now, for a fast cold start. Waits belong to durable timers. */
export async function openScratchClients(settings: ArmSettings, subscriptionId: string): Promise<ScratchClients> {
  const [
    { ResourceManagementClient },
    { SourceControlConfigurationClient },
    { AuthorizationManagementClient },
    clusters,
  ] = await Promise.all([
    import("@azure/arm-resources"),
    import("@azure/arm-kubernetesconfiguration"),
    import("@azure/arm-authorization"),
    createArmClient(settings, subscriptionId),
  ]);
  const options = {
    endpoint: settings.endpoint,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "drydock" },
  };
  const groups = new ResourceManagementClient(settings.credential, subscriptionId, options);
  const extensions = new SourceControlConfigurationClient(settings.credential, subscriptionId, options);
  const authorization = new AuthorizationManagementClient(settings.credential, subscriptionId, options);
  for (const client of [groups, extensions, authorization]) allowLoopback(client, settings);
  return { groups, clusters: clusters.client, extensions, authorization };
}
