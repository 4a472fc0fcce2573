import type { WeightChange } from "../adapters/kubernetes/http-routes.ts";
import type { RouteFacts } from "../domain/traffic.ts";
import type { ActivityPorts } from "./ports.ts";

/** A route of a cluster, or a service beside it. */
interface Of {
  readonly resourceId: string;
}

/** How a route stands; null when there is none. */
export async function readTraffic(
  ports: ActivityPorts,
  { resourceId, route }: Of & { readonly route: string },
): Promise<RouteFacts | null> {
  const routes = await ports.openHttpRoutes(resourceId);
  try {
    return await routes.read(route);
  } finally {
    routes.close();
  }
}

/** Gives the services of a route their weights, unless somebody else changed them meanwhile. */
export async function setTraffic(ports: ActivityPorts, { resourceId, ...change }: Of & WeightChange): Promise<null> {
  const routes = await ports.openHttpRoutes(resourceId);
  try {
    await routes.setWeights(change);
    return null;
  } finally {
    routes.close();
  }
}

/** Endpoints of a service that are ready. */
export async function countEndpoints(
  ports: ActivityPorts,
  { resourceId, namespace, service }: Of & { readonly namespace: string; readonly service: string },
): Promise<{ readonly ready: number }> {
  const routes = await ports.openHttpRoutes(resourceId);
  try {
    return { ready: await routes.readyEndpoints(namespace, service) };
  } finally {
    routes.close();
  }
}
