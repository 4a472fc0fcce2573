import { describe, expect, it } from "vitest";
import { type PlanView, planViewSchema } from "../../domain/api/plan-view.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function planned(world: TestWorld, body: object = {}): Promise<PlanView> {
  const ask = () => world.api("plans", { method: "POST", body: { kind: "upgrade", ...body } });
  const response = await world.slowly(ask);
  expect(response.status).toBe(200);
  return planViewSchema.parse(await response.json());
}

describe("a plan", () => {
  it("says what goes where in which order and until when, what would block it, and changes nothing", async () => {
    const weekend = `
    window:
      timeZone: Europe/Berlin
      weekly:
        - { days: [sun], start: "02:00", hours: 4 }`;
    const world = await newWorld({
      fleetYaml: (yaml) =>
        yaml.replace("- name: staging\n", `- name: staging${weekend}\n`).replace("    barePods: delete\n", ""),
    });
    const plan = await planned(world);
    expect(plan.rings.map(({ name }) => name)).toEqual(["dev", "staging", "prod"]);
    const [dev, staging, prod] = plan.rings;
    expect(dev?.clusters[0]).toMatchObject({
      name: "dev-weu",
      skip: null,
      controlPlane: { kind: "patch", from: "1.33.5", to: "1.33.6" },
      startsAt: expect.stringMatching(/^2026-11-21T08:00:0/),
      pools: [
        { name: "system", strategy: "surge", fromVersion: "1.33.5", toVersion: "1.33.6" },
        { name: "apps", strategy: "blueGreen" },
      ],
    });
    expect(staging?.window).toMatchObject({ open: false, opensAt: "2026-11-22T01:00:00.000Z" });
    expect(staging?.clusters[0]).toMatchObject({
      startsAt: "2026-11-22T01:00:00.000Z",
      reason: "outside of the ring's window",
    });
    // Prod begins when staging has soaked.
    expect(prod?.clusters[0]?.startsAt).toBe(staging?.endsAt);
    expect(plan.findings[0]).toMatchObject({ code: "BarePods", severity: "blocker" });
    expect(await (await world.api("runs")).json()).toEqual({ runs: [], next: null });
  });

  it("is what a run does that is started with it, also when there is something newer", async () => {
    const world = await newWorld({ fleetYaml: onlyClusters("dev-weu") });
    const plan = await planned(world, { scope: "nodeImage" });
    expect(plan.rings[0]?.clusters[0]?.controlPlane).toBeNull();
    const body = { kind: "upgrade", by: "ada", reason: "as planned", plan: plan.id };
    const both = await world.api("runs", { method: "POST", body: { ...body, clusters: ["dev-weu"] } });
    expect(both.status).toBe(400);
    const unknown = await world.api("runs", { method: "POST", body: { ...body, plan: "plan-0000000000000000" } });
    expect(unknown.status).toBe(409);
    const response = await world.api("runs", { method: "POST", body });
    expect(response.status).toBe(202);
    const run = await world.ended(((await response.json()) as { id: string }).id);
    expect(run.verdict).toBe("passed");
    expect(run.rings[0]?.clusters[0]).toMatchObject({ state: "done", controlPlane: null });
  });

  it("is not carried out when the cluster has moved away from it", async () => {
    const world = await newWorld({
      fleetYaml: (yaml) => onlyClusters("dev-weu")(yaml).replace("upgrade:\n", "upgrade:\n  gates: { haltHours: 0 }\n"),
    });
    const plan = await planned(world);
    const client = await armClient(world.simulator);
    const cluster = await client.managedClusters.get("rg-dev-weu", "dev-weu");
    const poller = client.managedClusters.createOrUpdate("rg-dev-weu", "dev-weu", {
      ...cluster,
      kubernetesVersion: "1.34.1",
    });
    await poller.submitted();
    await world.pass(3_600);
    expect((await client.managedClusters.get("rg-dev-weu", "dev-weu")).provisioningState).toBe("Succeeded");
    const body = { kind: "upgrade", by: "ada", reason: "as planned", plan: plan.id };
    const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
    const run = await world.ended(id);
    expect(run.verdict).toBe("blocked");
    expect(run.findings.map(({ code }) => code)).toContain("VersionMoved");
  });

  it("is refused for clusters that nobody knows, and not found when there is none", async () => {
    const world = await newWorld();
    const refused = await world.api("plans", { method: "POST", body: { kind: "upgrade", clusters: ["dev"] } });
    expect(refused.status).toBe(400);
    expect((await world.api("plans/plan-0")).status).toBe(404);
    expect((await world.api("plans/upgrade-0")).status).toBe(404);
  });
});
