import type { ContainerServiceClient } from "@azure/arm-containerservice";
import type { TokenCredential } from "@azure/identity";
import { retryAfterSeconds } from "./azure-failure.ts";

/** Where Resource Manager is and who asks. */
export interface ArmSettings {
  /** https, or plain http on the loopback. */
  readonly endpoint: string;
  readonly credential: TokenCredential;
}

/** A client, and what the last answer asked for by Retry-After; one operation at a time. */
export interface ArmClient {
  readonly client: ContainerServiceClient;
  retryAfterSeconds(): number | null;
}

const SCOPE_SUFFIX = "/.default";

/**
 * The official client for one subscription. Retries are off: waits belong to durable timers, so that they survive a restart
 * and are seen.
 */
export async function createArmClient(settings: ArmSettings, subscriptionId: string): Promise<ArmClient> {
  const { ContainerServiceClient } = await import("@azure/arm-containerservice");
  let lastRetryAfter: number | null = null;
  const client = new ContainerServiceClient(settings.credential, subscriptionId, {
    endpoint: settings.endpoint,
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: "drydock" },
  });
  client.pipeline.addPolicy({
    name: "drydockRetryAfter",
    async sendRequest(request, next) {
      const response = await next(request);
      lastRetryAfter = retryAfterSeconds(response.headers.get("retry-after"));
      return response;
    },
  });
  allowLoopback(client, settings);
  return { client, retryAfterSeconds: () => lastRetryAfter };
}

/** The SDKs send tokens over TLS only. On the loopback nobody listens in, and a policy of ours sends it. */
export function allowLoopback(
  client: Pick<ContainerServiceClient, "pipeline">,
  { credential, endpoint }: ArmSettings,
): void {
  if (!endpoint.startsWith("http:")) return;
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  client.pipeline.addPolicy({
    name: "drydockLoopbackToken",
    async sendRequest(request, next) {
      const token = await credential.getToken(`${endpoint}${SCOPE_SUFFIX}`);
      request.allowInsecureConnection = true;
      if (token) request.headers.set("authorization", `Bearer ${token.token}`);
      return next(request);
    },
  });
}
