import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { ringSchema } from "../../domain/fleet-config.ts";
import type { AppPorts } from "../ports.ts";
import { json, operatorRoute } from "./operator-route.ts";

const fleetSchema = z.object({
  fleet: z.string(),
  digest: z.string().describe("SHA-256 of fleet.yaml's text."),
  rings: z.array(ringSchema),
  clusters: z.array(z.object({ name: z.string(), ring: z.string(), resourceId: z.string() })),
});

/** `GET api/v1/fleet`: fleet.yaml as it is now. */
export function registerFleet(ports: AppPorts): void {
  operatorRoute({
    name: "getFleet",
    method: "GET",
    route: "fleet",
    summary: "The clusters and rings of fleet.yaml, those found by tags included.",
    role: roleSchema.enum.viewer,
    answers: { 200: { description: "The fleet.", schema: fleetSchema } },
    handle: async () => {
      const { config, digest } = await ports.readFleet();
      const clusters = config.clusters.map(({ name, ring, resourceId }) => ({ name, ring, resourceId }));
      return json(200, { fleet: config.fleet, digest, rings: config.rings, clusters });
    },
  });
}
