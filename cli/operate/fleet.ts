import { z } from "zod";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { wantsColour } from "../view/paint.ts";
import type { FleetFlags } from "./fleet-command.ts";

const policySchema = z.looseObject({ nodeImage: z.string(), patch: z.string(), minor: z.string() });
const fleetSchema = z.looseObject({
  fleet: z.string(),
  digest: z.string(),
  rings: z.array(z.looseObject({ name: z.string(), maxParallel: z.int(), upgrades: policySchema })),
  clusters: z.array(z.object({ name: z.string(), ring: z.string(), resourceId: z.string() })),
});
type Fleet = z.infer<typeof fleetSchema>;

/** `drydock fleet`: lists the fleet. Answers the exit code. Rejects with CommandFailure. */
export async function fleet(flags: FleetFlags, { out, environment }: Place): Promise<number> {
  const connection = findConnection(flags, environment);
  const answer = await askJson(connection, { path: "fleet" }, fleetSchema);
  printAnswer(out, flags.output, answer, () => fleetLines(answer, wantsColour(out, environment)));
  return 0;
}

function fleetLines({ fleet: name, digest, rings, clusters }: Fleet, isColoured: boolean): string[] {
  const rows = rings.flatMap((ring) =>
    clusters.filter((cluster) => cluster.ring === ring.name).map((cluster) => ({ ring, cluster })),
  );
  const table = tableLines<(typeof rows)[number]>(
    rows,
    [
      ["RING", ({ ring }) => ring.name],
      ["CLUSTER", ({ cluster }) => cluster.name],
      ["NODE IMAGE", ({ ring }) => ring.upgrades.nodeImage],
      ["PATCH", ({ ring }) => ring.upgrades.patch],
      ["MINOR", ({ ring }) => ring.upgrades.minor],
      ["SUBSCRIPTION", ({ cluster }) => partOf(cluster.resourceId, "subscriptions")],
      ["RESOURCE GROUP", ({ cluster }) => partOf(cluster.resourceId, "resourceGroups")],
    ],
    isColoured,
  );
  return [`Fleet ${name}, fleet.yaml ${digest.slice(0, 12)}`, "", ...table];
}

/** The part of a resource id that follows a segment; ids are compared without case. */
function partOf(resourceId: string, segment: string): string {
  const parts = resourceId.split("/");
  return parts[parts.findIndex((part) => part.toLowerCase() === segment.toLowerCase()) + 1] ?? "";
}
