import { describe, expect, it } from "vitest";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const DAY_S = 86_400;

/** Gives every ring of the sample a policy. */
function policy(words: string, more = "") {
  return (yaml: string) => yaml.replaceAll("upgrades: { patch: auto }", `upgrades: { ${words} }`) + more;
}

const CLUSTERS = ["dev-weu", "staging-weu", "prod-weu", "prod-neu"];

/** The versions of a cluster's control plane and pools, as Azure gives them. */
async function versions(world: TestWorld, cluster: string): Promise<Set<string | undefined>> {
  const client = await armClient(world.simulator);
  const { currentKubernetesVersion } = await client.managedClusters.get(`rg-${cluster}`, cluster);
  const found = new Set([currentKubernetesVersion]);
  for await (const pool of client.agentPools.list(`rg-${cluster}`, cluster)) found.add(pool.currentOrchestratorVersion);
  return found;
}

async function start(world: TestWorld, body: object = {}): Promise<string> {
  const asked = { kind: "upgrade", by: "ada", reason: "a test", ...body };
  const response = await world.api("runs", { method: "POST", body: asked });
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

async function signal(world: TestWorld, run: string, kind: string, more: object = {}): Promise<Response> {
  return world.api(`runs/${run}/signals`, {
    method: "POST",
    body: { signal: kind, by: "bob", reason: `because of ${kind}`, ...more },
  });
}

function ringStates({ rings }: UpgradeRunView): string[] {
  return rings.map(({ name, state }) => `${name} ${state}`);
}

describe("an upgrade of Kubernetes", () => {
  it("takes control planes, then pools, ring by ring, where the policy lets it, and proves every kubelet", async () => {
    const world = await newWorld();
    const run = await world.ended(await start(world, { clusters: ["dev-weu", "staging-weu"] }));
    expect(run.verdict).toBe("passed");
    const dev = run.rings[0]?.clusters[0];
    expect(dev?.controlPlane).toEqual({ from: "1.33.5", to: "1.33.6", state: "done" });
    expect(dev?.pools.map(({ name, fromVersion, toVersion }) => `${name} ${fromVersion} ${toVersion}`)).toEqual([
      "system 1.33.5 1.33.6",
      "apps 1.33.5 1.33.6",
    ]);
    for (const name of ["dev-weu", "staging-weu"]) expect(await versions(world, name)).toEqual(new Set(["1.33.6"]));
    expect(await versions(world, "prod-weu")).toEqual(new Set(["1.33.5"]));
    const offered = run.findings.find(({ code }) => code === "UpgradeAvailable");
    expect(offered).toMatchObject({
      subject: "Kubernetes 1.34.2",
      evidence: [expect.stringContaining("dev-weu"), expect.any(String)],
    });
  });

  it("leaves versions alone where the policy only wants to be told, and in a run for node images", async () => {
    const world = await newWorld({ fleetYaml: policy("patch: notify, minor: never") });
    const told = await world.ended(await start(world, { clusters: ["dev-weu"] }));
    expect(told.findings.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([
      "PinnedOnPurpose Kubernetes 1.34.2",
      "UpgradeAvailable Kubernetes 1.33.6",
    ]);
    expect(await versions(world, "dev-weu")).toEqual(new Set(["1.33.5"]));
    const other = await newWorld();
    const images = await other.ended(await start(other, { clusters: ["dev-weu"], scope: "nodeImage" }));
    expect(images.rings[0]?.clusters[0]).toMatchObject({ controlPlane: null, state: "done" });
    expect(await versions(other, "dev-weu")).toEqual(new Set(["1.33.5"]));
  });

  it("asks before the next minor version, does what was approved, and tells who approved it", async () => {
    const world = await newWorld({ fleetYaml: policy("patch: auto, minor: approve") });
    const id = await start(world, { clusters: ["dev-weu"] });
    const asking = await world.until(id, ({ gates }) => gates.length > 0);
    expect(ringStates(asking)).toEqual(["dev approval"]);
    expect(asking.gates[0]).toMatchObject({
      id: "approve-dev",
      question: "May ring dev be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?",
      options: ["approve", "decline"],
    });
    expect((await signal(world, id, "retry")).status).toBe(409);
    expect((await signal(world, id, "approve")).status).toBe(202);
    const run = await world.ended(id);
    expect(run).toMatchObject({ verdict: "passed", gates: [] });
    expect(run.findings).toContainEqual(
      expect.objectContaining({ code: "Approved", message: 'bob answered "approve" for ring dev: because of approve' }),
    );
    expect(await versions(world, "dev-weu")).toEqual(new Set(["1.34.2"]));
    expect(JSON.stringify(await world.cards())).toContain("Approval wanted");
  });

  it("goes on with node images alone when the version is declined, in later rings too", async () => {
    const world = await newWorld({ fleetYaml: policy("patch: approve") });
    const id = await start(world, { clusters: ["dev-weu", "staging-weu"] });
    await world.until(id, ({ gates }) => gates.length > 0);
    expect((await signal(world, id, "decline")).status).toBe(202);
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed");
    expect(
      run.rings.flatMap(({ clusters }) => clusters.map(({ state, controlPlane }) => ({ state, controlPlane }))),
    ).toEqual(Array(2).fill({ state: "done", controlPlane: null }));
    for (const name of CLUSTERS) expect(await versions(world, name)).toEqual(new Set(["1.33.5"]));
  });

  it("asks for node images by themselves when the version is declined, in later rings too", async () => {
    const world = await newWorld({ fleetYaml: policy("nodeImage: approve, patch: approve") });
    const id = await start(world, { clusters: ["dev-weu", "staging-weu"] });
    const first = await world.until(id, ({ gates }) => gates.length > 0);
    expect(first.gates[0]?.question).toMatch(/Kubernetes 1\.33 to 1\.33\.6 \(patch\); node image /);
    expect((await signal(world, id, "decline")).status).toBe(202);
    for (const gate of ["approve-dev-images", "approve-staging"]) {
      const asking = await world.until(id, ({ gates }) => gates.some((open) => open.id === gate));
      expect(asking.gates[0]?.question).not.toContain("Kubernetes");
      expect((await signal(world, id, "approve")).status).toBe(202);
    }
    const run = await world.ended(id);
    expect(run.rings.flatMap(({ clusters }) => clusters.map(({ state }) => state))).toEqual(["done", "done"]);
    expect(await versions(world, "dev-weu")).toEqual(new Set(["1.33.5"]));
  });

  it("that was declined is not asked for again by searches, but by an operator", async () => {
    const only = onlyClusters("dev-weu");
    const approved = policy("patch: approve");
    const world = await newWorld({ fleetYaml: (yaml) => approved(only(yaml)) });
    await world.pass(2 * DAY_S);
    const weekly = "upgrade-weekly-2026-11-23";
    await world.until(weekly, ({ gates }) => gates.length > 0);
    expect((await signal(world, weekly, "decline")).status).toBe(202);
    await world.ended(weekly);
    await world.pass(7 * DAY_S);
    const next = await world.ended("upgrade-weekly-2026-11-30");
    expect(next).toMatchObject({ verdict: "passed", signals: [] });
    expect(next.findings).toContainEqual(
      expect.objectContaining({ code: "UpgradeAvailable", message: expect.stringContaining("it was declined") }),
    );
    const id = await start(world, { clusters: ["dev-weu"] });
    const asking = await world.until(id, ({ gates }) => gates.length > 0);
    expect(asking.gates[0]?.question).toContain("Kubernetes 1.33 to 1.33.6 (patch)");
  });

  it("takes an approval that nobody gave in time as declined", async () => {
    const world = await newWorld({ fleetYaml: policy("patch: approve") });
    const run = await world.ended(await start(world, { clusters: ["dev-weu"] }));
    expect(run.verdict).toBe("passed-with-warnings");
    expect(run.findings).toContainEqual(expect.objectContaining({ code: "ApprovalExpired", severity: "warning" }));
    expect(Date.parse(run.endedAt ?? "") - Date.parse(run.startedAt)).toBeGreaterThanOrEqual(72 * 3_600_000);
  });
});
