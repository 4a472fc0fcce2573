import type { TokenCredential } from "@azure/identity";

/** Where the credential comes from. */
export interface CredentialSettings {
  /** Client id of a user-assigned managed identity, if any. */
  readonly clientId: string | undefined;
  /** Whether the platform offers a managed identity (App Service sets IDENTITY_ENDPOINT). */
  readonly hasManagedIdentity: boolean;
}

/**
 * The app's identity: the managed identity where the platform offers one, otherwise whoever is signed in on this machine
 * (environment, workload identity, az). The SDK is loaded when the first token is needed, for a fast cold start.
 */
export function createCredential(settings: CredentialSettings): TokenCredential {
  let credential: Promise<TokenCredential> | undefined;
  return {
    async getToken(scopes, options) {
      credential ??= loadCredential(settings);
      return (await credential).getToken(scopes, options);
    },
  };
}

async function loadCredential({ clientId, hasManagedIdentity }: CredentialSettings): Promise<TokenCredential> {
  const { ManagedIdentityCredential, DefaultAzureCredential } = await import("@azure/identity");
  if (!hasManagedIdentity) return new DefaultAzureCredential();
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
