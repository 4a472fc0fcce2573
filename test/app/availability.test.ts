import { describe, expect, it } from "vitest";
import { armClient } from "../simulator/start-simulator.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function start(world: TestWorld): Promise<string> {
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test" };
  return ((await (await world.api("runs", { method: "POST", body })).json()) as { id: string }).id;
}

describe("a cluster that cannot be changed when its turn has come", () => {
  it("is waited for while somebody else changes it, and then upgraded", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const client = await armClient(world.simulator);
    const pool = await client.agentPools.get("rg-dev-weu", "dev-weu", "apps");
    await client.agentPools.createOrUpdate("rg-dev-weu", "dev-weu", "apps", { ...pool, count: 3 }).submitted();
    const id = await start(world);
    const waiting = await world.until(id, ({ rings }) => rings[0]?.clusters[0]?.state === "waiting");
    expect(waiting.rings[0]?.clusters[0]?.reason).toMatch(
      /^another operation on (pool apps of )?dev-weu is in progress/,
    );
    expect((await world.ended(id)).verdict).toBe("passed");
  });

  it("is left alone when it was stopped meanwhile, with its reason, and fails nobody else", async () => {
    const world = await newWorld({
      fleetYaml: (yaml) => onlyClusters("prod-weu", "prod-neu")(yaml).replace("maxParallel: 2", "maxParallel: 1"),
    });
    const id = await start(world);
    await world.until(id, ({ rings }) => rings[0]?.clusters[0]?.state === "upgrading");
    const client = await armClient(world.simulator);
    await client.managedClusters.stop("rg-prod-neu", "prod-neu").submitted();
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed-with-warnings");
    expect(run.rings[0]?.clusters.map(({ name, state, reason }) => `${name} ${state} ${reason}`)).toEqual([
      "prod-weu done null",
      "prod-neu skipped prod-neu is stopped",
    ]);
    expect(run.findings[0]).toMatchObject({ code: "ClusterStopped", severity: "warning", cluster: "prod-neu" });
  });
});
