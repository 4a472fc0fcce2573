import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { readinessSchema } from "../../domain/preflight/readiness.ts";
import { proven } from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();

/** The sample's fleet.yaml, whose production ring asks for a proven backup. */
function withBackupPolicy(policy: string): (yaml: string) => string {
  return (yaml) => {
    const fleet = parse(yaml);
    for (const ring of fleet.rings) if (ring.name === "prod") ring.preflight = { backup: { policy } };
    return stringify(fleet, { aliasDuplicateObjects: false });
  };
}

describe("a ring that asks for a proven backup", () => {
  it("is told of a cluster that no restore test has proven, and not of one that a test has", async () => {
    const world = await newWorld({ fleetYaml: withBackupPolicy("block") });
    const codes = async () => {
      const answer = await world.slowly(() => world.api("readiness?cluster=prod-weu"));
      const [cluster] = readinessSchema.parse(await answer.json()).clusters;
      return (cluster?.findings ?? []).map(({ code }) => code).filter((code) => /Backup|Restore/.test(code));
    };
    expect(await codes()).toEqual(["RestoreNotProven"]);
    expect((await proven(world)).verdict).toBe("passed");
    expect(await codes()).toEqual([]);
  });
});
