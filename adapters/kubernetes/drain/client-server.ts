import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import type { ApiServer } from "./transport.ts";

/** The API server that a loaded kubeconfig of the official client points at; the client signs each request in. */
export function serverOf(config: KubeConfig): ApiServer {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new DrydockError(terminal("Invalid", "the kubeconfig has no current cluster; choose a context"));
  const isProxied = cluster.proxyUrl !== undefined && cluster.proxyUrl !== "";
  return {
    url: cluster.server,
    options: async () => {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      // Connections are the transport's own, except through a proxy, which the client knows how to pass.
      if (isProxied) return options;
      const { agent: _, ...own } = options;
      return own;
    },
  };
}

/** Loads kubeconfig files, merged as kubectl merges them; none stands for what kubectl would find. */
export async function serverFromFiles(files: readonly string[], context: string | undefined): Promise<ApiServer> {
  const { KubeConfig } = await import("../client-library.ts");
  const config = new KubeConfig();
  try {
    const [first, ...others] = files;
    if (first === undefined) config.loadFromDefault();
    else config.loadFromFile(first);
    for (const file of others) {
      const other = new KubeConfig();
      other.loadFromFile(file);
      config.mergeConfig(other, true);
    }
    if (context !== undefined) config.setCurrentContext(context);
  } catch (error) {
    throw new DrydockError(
      terminal("Invalid", `the kubeconfig cannot be used: ${(error as Error).message.split("\n")[0]}`),
    );
  }
  if (context !== undefined && !config.getContextObject(context)) {
    throw new DrydockError(terminal("Invalid", `context "${context}" does not exist`));
  }
  return serverOf(config);
}
