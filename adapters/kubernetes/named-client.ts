import type { ApiConstructor, ApiType, KubeConfig } from "@kubernetes/client-node";

/** What audit logs show of requests of ours. */
const USER_AGENT = "drydock";

/**
 * As `config.makeApiClient`, with our name as user agent: in the audit log of a cluster one can tell what Drydock did from what
 * others do with the same library. Throws Error for a kubeconfig without a current cluster.
 */
export async function makeNamedClient<T extends ApiType>(config: KubeConfig, Api: ApiConstructor<T>): Promise<T> {
  const { createConfiguration, ServerConfiguration, setHeaderMiddleware } = await import("./client-library.ts");
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("the kubeconfig names no current cluster");
  return new Api(
    createConfiguration({
      baseServer: new ServerConfiguration(cluster.server, {}),
      authMethods: { default: config },
      middleware: [setHeaderMiddleware("User-Agent", USER_AGENT)],
    }),
  );
}
