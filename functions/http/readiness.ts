import { z } from "zod";
import { assessFleet } from "../../activities/assess-fleet.ts";
import { roleSchema } from "../../domain/api/caller.ts";
import { DrydockError } from "../../domain/errors.ts";
import { type Readiness, readinessSchema } from "../../domain/preflight/readiness.ts";
import { minorOf } from "../../domain/version-skew.ts";
import type { AppPorts } from "../ports.ts";
import { readProofs } from "../read-proofs.ts";
import { json, operatorRoute } from "./operator-route.ts";
import { Problem } from "./problem.ts";

const querySchema = z
  .strictObject({
    cluster: z.string().min(1).optional(),
    pool: z.string().min(1).optional(),
    version: z
      .string()
      .refine((version) => minorOf(version) !== null, {
        error: ({ input }) => `expected a version of Kubernetes such as 1.34.2, not ${String(input)}`,
      })
      .optional()
      .describe("The version to be ready for."),
  })
  .refine(({ cluster, pool }) => pool === undefined || cluster !== undefined, {
    error: "a pool is asked for with its cluster, ?cluster=…&pool=…",
    path: ["pool"],
  });

/** `GET api/v1/readiness`: whether the fleet, a cluster or a pool could be upgraded now; nothing is touched. */
export function registerReadiness(ports: AppPorts): void {
  operatorRoute({
    name: "getReadiness",
    method: "GET",
    route: "readiness",
    summary: "Whether the fleet, a cluster or a pool could be upgraded now; nothing is touched.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "READY, NOT READY or CANNOT TELL, with findings.", schema: readinessSchema },
      404: { description: "There is no such pool." },
    },
    handle: async ({ query: { cluster, pool, version }, client }) => {
      const { config } = await ports.readFleet();
      const chosen = cluster ? config.clusters.filter(({ name }) => name === cluster) : config.clusters;
      if (chosen.length === 0) {
        const known = config.clusters.map(({ name }) => name).join(", ");
        throw new Problem(400, "Unknown cluster", `Not in fleet.yaml: ${cluster}. Its clusters are ${known}.`);
      }
      const targets = { clusters: chosen, pool: pool || null, targetVersion: version || null };
      return json(
        200,
        await assessed(assessFleet({ ...ports, readProofs: (name) => readProofs(client, name) }, config, targets)),
      );
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
