import { describe, expect, it } from "vitest";
import { armClient } from "../simulator/start-simulator.ts";
import { clusterId, newVersionEvent, onlyClusters, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const SYSTEM_NEW = "AKSAzureLinux-V3gen2-202611.10.0";

function rolling(word: string, pool: string) {
  const eventType = `Microsoft.ContainerService.NodePoolRolling${word}`;
  return { eventType, data: { nodePoolName: pool } };
}

describe("the end of AKS' support", () => {
  it.each([
    ["ClusterSupportEnding", "SupportEnding", "is ending"],
    ["ClusterSupportEnded", "SupportEnded", "has ended"],
  ])("%s starts an upgrade of the fleet, and the report says why", async (type, code, words) => {
    const world = await newWorld({ fleetYaml: onlyClusters("prod-weu", "prod-neu") });
    const change = { eventType: `Microsoft.ContainerService.${type}`, data: { kubernetesVersion: "1.33.5" } };
    await world.postEvents([newVersionEvent("s-1", clusterId("prod-weu"), change)]);
    const run = await world.ended(await world.newestRun());
    expect(run.verdict).toBe("passed-with-warnings");
    expect(run.findings).toContainEqual(
      expect.objectContaining({
        code,
        severity: "warning",
        cluster: "prod-weu",
        message: `AKS support for Kubernetes 1.33.5 of prod-weu ${words}`,
      }),
    );
    expect(run.rings.map(({ state }) => state)).toEqual(["done"]);
  });
});

describe("an upgrade that somebody else began", () => {
  it("is followed to its end, proven and reported, and no run of ours comes between", async () => {
    const world = await newWorld();
    const client = await armClient(world.simulator);
    const poller = client.agentPools.upgradeNodeImageVersion("rg-dev-weu", "dev-weu", "system");
    await poller.submitted();
    await world.postEvents([newVersionEvent("r-1", clusterId("dev-weu"), rolling("Started", "system"))]);
    const id = await world.newestRun();
    const response = await world.api("runs", {
      method: "POST",
      body: { kind: "upgrade", clusters: ["dev-weu"], by: "ada", reason: "a test" },
    });
    const { id: ours } = (await response.json()) as { id: string };
    const waiting = await world.until(ours, ({ rings }) => rings[0]?.clusters[0]?.state === "queued");
    expect(waiting.rings[0]?.clusters[0]?.reason).toBe(`${id} is changing the cluster`);
    await world.postEvents([newVersionEvent("r-2", clusterId("dev-weu"), rolling("Succeeded", "system"))]);
    expect(world.logged.join("")).toContain(`woke ${id}`);
    const run = await world.ended(id);
    expect(run).toMatchObject({ verdict: "passed", phase: "finished" });
    expect(run.findings).toMatchObject([{ code: "UpgradedByOthers", severity: "info", subject: "dev-weu/system" }]);
    expect(run.rings[0]?.clusters[0]?.pools).toMatchObject([{ name: "system", state: "done", toImage: SYSTEM_NEW }]);
    expect((await world.ended(ours)).verdict).toBe("passed");
  });

  it("is no news when it has ended before anybody looked", async () => {
    const world = await newWorld();
    await world.postEvents([newVersionEvent("r-1", clusterId("dev-weu"), rolling("Started", "system"))]);
    await world.postEvents([newVersionEvent("r-2", clusterId("nowhere"))]);
    for (;;) {
      const { deadLetters } = (await (await world.api("dead-letters")).json()) as { deadLetters: unknown[] };
      if (deadLetters.length > 0) break;
    }
    expect(world.logged.join("")).toContain("pool system of dev-weu is not being upgraded any longer");
    expect(await (await world.api("runs")).json()).toEqual({ runs: [], next: null });
  });
});

describe("clusters that are found by their tags", () => {
  const discover = `discover:
  - tags: { fleet: sample }
    ringTag: ring
`;
  const onlyFound = (text: string) => text.replace(/clusters:\n[\s\S]*?\n\n/, discover);

  it("are upgraded like those that fleet.yaml names, in the ring that their tag says", async () => {
    const world = await newWorld({ fleetYaml: onlyFound });
    const fleet = (await (await world.api("fleet")).json()) as { clusters: Array<{ name: string; ring: string }> };
    expect(fleet.clusters.map(({ name, ring }) => `${ring} ${name}`)).toEqual([
      "dev dev-weu",
      "prod prod-neu",
      "prod prod-weu",
      "staging staging-weu",
    ]);
    const body = { kind: "upgrade", clusters: ["dev-weu"], by: "ada", reason: "a test" };
    const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
    expect((await world.ended(id)).verdict).toBe("passed");
  });

  it("are left out with a finding when their tag names no ring", async () => {
    const world = await newWorld({
      fleetYaml: (text) => onlyFound(text).replace("  - name: staging\n", "  - name: stage\n"),
    });
    const body = { kind: "upgrade", clusters: ["dev-weu"], by: "ada", reason: "a test" };
    const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed-with-warnings");
    expect(run.findings[0]).toMatchObject({ code: "DiscoveredClusterLeftOut", subject: "staging-weu" });
  });
});
