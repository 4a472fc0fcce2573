import type { AppPorts } from "../ports.ts";
import { json, operatorRoute } from "./operator-route.ts";

/** `GET api/v1/fleet`: fleet.yaml as it is now. */
export function registerFleet(ports: AppPorts): void {
  operatorRoute({
    name: "getFleet",
    method: "GET",
    route: "fleet",
    handle: async () => {
      const { config, digest } = await ports.readFleet();
      const clusters = config.clusters.map(({ name, ring, resourceId }) => ({ name, ring, resourceId }));
      return json(200, { fleet: config.fleet, digest, rings: config.rings, clusters });
    },
  });
}
