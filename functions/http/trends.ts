import { z } from "zod";
import { roleSchema } from "../../domain/api/caller.ts";
import { monthOfProofSchema, proofAgeSchema, proofAges, proofTrend } from "../../domain/restore/proof-history.ts";
import type { AppPorts } from "../ports.ts";
import { readProofs } from "../read-proofs.ts";
import { requireKnown } from "./known-clusters.ts";
import { json, operatorRoute } from "./operator-route.ts";

const MONTHS_MAX = 36;

const querySchema = z.strictObject({
  kind: z.enum(["restore-test"], "restore-test is expected").default("restore-test"),
  cluster: z.string().optional(),
  /** How many months back, this one included. */
  months: z.coerce.number().int().min(1).max(MONTHS_MAX).default(12),
});

const trendsSchema = z
  .object({
    kind: z.literal("restore-test"),
    months: z.array(monthOfProofSchema),
    ages: z.array(proofAgeSchema),
  })
  .meta({ id: "Trends" });

/** `GET api/v1/trends`: RPO, RTO, size and verdict by cluster and month, and which clusters have not been proven for how long. */
export function registerTrends(ports: AppPorts): void {
  operatorRoute({
    name: "getTrends",
    method: "GET",
    route: "trends",
    summary: "RPO, RTO, size and verdict of restore tests by cluster and month, and how old each cluster's proof is.",
    role: roleSchema.enum.viewer,
    query: querySchema,
    answers: {
      200: { description: "Months by cluster, and the age of every proof, the oldest first.", schema: trendsSchema },
    },
    handle: async ({ query: { kind, cluster, months }, client }) => {
      const { config } = await ports.readFleet();
      if (cluster !== undefined) requireKnown(config, [cluster]);
      const planned = (config.restoreTests?.clusters ?? []).map((test) => test.cluster);
      const clusters = cluster === undefined ? planned : [cluster];
      const proofs = (await Promise.all(clusters.map((name) => readProofs(client, name)))).flat();
      const since = firstMonth(new Date(), months);
      const trend = proofTrend(proofs).filter(({ month }) => month >= since);
      return json(200, { kind, months: trend, ages: proofAges(clusters, proofs, Date.now()) });
    },
  });
}

/** The first of some months up to this one, in UTC. */
function firstMonth(now: Date, months: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months + 1, 1)).toISOString().slice(0, 7);
}
