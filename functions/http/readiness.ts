import { assessFleet } from "../../activities/assess-fleet.ts";
import { DrydockError } from "../../domain/errors.ts";
import type { Readiness } from "../../domain/preflight/readiness.ts";
import { minorOf } from "../../domain/version-skew.ts";
import type { AppPorts } from "../ports.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";

/** `GET api/v1/readiness`: whether the fleet, a cluster or a pool could be upgraded now; nothing is touched. */
export function registerReadiness(ports: AppPorts): void {
  operatorRoute({
    name: "getReadiness",
    method: "GET",
    route: "readiness",
    handle: async ({ query }) => {
      const { config } = await ports.readFleet();
      const [cluster, pool, version] = ["cluster", "pool", "version"].map((name) => query.get(name));
      if (pool && !cluster)
        throw new Problem(400, "Cluster missing", "A pool is asked for with its cluster, ?cluster=…&pool=….");
      if (version && minorOf(version) === null) {
        throw new Problem(
          400,
          "Invalid version",
          `version must be a Kubernetes version such as 1.34.2, not ${version}.`,
        );
      }
      const chosen = cluster ? config.clusters.filter(({ name }) => name === cluster) : config.clusters;
      if (chosen.length === 0) {
        const known = config.clusters.map(({ name }) => name).join(", ");
        throw new Problem(400, "Unknown cluster", `Not in fleet.yaml: ${cluster}. Its clusters are ${known}.`);
      }
      const targets = { clusters: chosen, pool: pool || null, targetVersion: version || null };
      return json(200, await assessed(assessFleet(ports, config, targets)));
    },
  });
}

async function assessed(readiness: Promise<Readiness>): Promise<Readiness> {
  try {
    return await readiness;
  } catch (error) {
    if (!(error instanceof DrydockError) || error.failure.code !== "NotFound") throw error;
    throw new Problem(404, "No such pool", error.failure.message);
  }
}
