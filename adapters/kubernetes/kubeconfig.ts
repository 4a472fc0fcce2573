import type { TokenCredential } from "@azure/identity";
import type { KubeConfig } from "@kubernetes/client-node";
import { DrydockError } from "../../domain/errors.ts";

/** The Entra application of every AKS API server (learn.microsoft.com/azure/aks/kubelogin-authentication). */
const AKS_SERVER_SCOPE = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";

/**
 * Loads a kubeconfig. Where its user signs in through kubelogin, which a Functions app does not have, the app's own identity
 * gets the token instead.
 */
export async function loadKubeconfig(text: string, credential: TokenCredential): Promise<KubeConfig> {
  const { KubeConfig } = await import("./client-library.ts");
  const config = new KubeConfig();
  config.loadFromString(text);
  const user = config.getCurrentUser();
  if (user?.exec === undefined && user?.authProvider === undefined) return config;
  const token = await credential.getToken(AKS_SERVER_SCOPE);
  if (token === null) {
    throw new DrydockError({
      class: "needs-person",
      code: "Denied",
      message: "no token for the AKS API server could be had; give the app's identity a Kubernetes role on the cluster",
      retryAfterSeconds: null,
    });
  }
  config.users = config.users.map((other) =>
    other.name === user.name ? { name: user.name, token: token.token } : other,
  );
  return config;
}
