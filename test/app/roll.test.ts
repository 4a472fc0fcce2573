import { CoreV1Api, KubeConfig, PolicyV1Api } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { PoolView, UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { deploy, guard, start, told, worldWith } from "./drained-place.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const CLUSTER = "dev-weu";

async function kubernetes(world: TestWorld): Promise<KubeConfig> {
  const client = await armClient(world.simulator);
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${CLUSTER}`, CLUSTER);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}

/** Both pools are rolled by AKS; the pods of reports may not be disrupted once the roll of `apps` has begun. */
async function blockedRoll(drain = "", before: (world: TestWorld) => Promise<void> = async () => undefined) {
  const only = onlyClusters(CLUSTER);
  const surge = (yaml: string) => yaml.replace("strategy: blueGreen", "strategy: surge");
  const world = await newWorld({ fleetYaml: (yaml) => `${surge(only(yaml)).trimEnd()}\n    ${drain}\n` });
  await before(world);
  const config = await kubernetes(world);
  const body = { kind: "upgrade", scope: "nodeImage", by: "ada", reason: "a test", clusters: [CLUSTER] };
  const { id } = (await (await world.api("runs", { method: "POST", body })).json()) as { id: string };
  await world.until(id, (run) => poolOf(run)?.state === "upgrading");
  const spec = { maxUnavailable: 0, selector: { matchLabels: { app: "report-writer" } } };
  const policy = config.makeApiClient(PolicyV1Api);
  await policy.createNamespacedPodDisruptionBudget({
    namespace: "reports",
    body: { metadata: { name: "never" }, spec },
  });
  return { world, id, core: config.makeApiClient(CoreV1Api), policy };
}

function poolOf(run: UpgradeRunView): PoolView | undefined {
  return run.rings
    .flatMap(({ clusters }) => clusters.flatMap(({ pools }) => pools))
    .find(({ name }) => name === "apps");
}

const isOfNever = ({ code, message }: { code: string; message: string }) =>
  code === "PodDisruptionBudgetBlocks" && message.includes("PDB reports/never allows 0");
const isHalted = ({ gates }: UpgradeRunView) => gates.some(({ kind }) => kind === "halt");

describe("a roll of AKS", () => {
  it("shows who blocks a node long before AKS gives up, and tells Teams once", async () => {
    const { world, id, policy } = await blockedRoll();
    const heldNode = (run: UpgradeRunView) => poolOf(run)?.nodes.find(({ waitingFor }) => waitingFor.some(isOfNever));
    const node = heldNode(await world.until(id, (run) => heldNode(run) !== undefined));
    expect(node).toMatchObject({ state: "draining" });
    expect(node?.waitingFor.find(isOfNever)?.message).toMatch(/owner Deployment\/report-writer$/);
    const begun = Date.parse(node?.startedAt ?? "");
    expect(world.clock.nowMs() - begun).toBeLessThan(5 * 60_000);

    const stalled = await world.until(id, (run) => /^no progress since/.test(poolOf(run)?.reason ?? ""));
    expect(poolOf(stalled)?.reason).toContain("PDB reports/never");
    expect(world.clock.nowMs() - begun).toBeLessThan(15 * 60_000);
    await world.pass(120);
    await policy.deleteNamespacedPodDisruptionBudget({ namespace: "reports", name: "never" });
    const run = await world.ended(id);
    expect(run.verdict).toBe("passed-with-warnings");
    expect(run.findings.find(({ code }) => code === "NoProgress")?.evidence[0]).toMatch(/^reports\/report-writer-/);
    expect(poolOf(run)?.nodes.map(({ state }) => state)).toEqual(["upgraded", "upgraded"]);
    const cards = (await world.cards()).filter((card) => JSON.stringify(card).includes("No progress"));
    expect(cards).toHaveLength(1);
  });

  it("that fails says of each node that is behind what held it, and what AKS made of it", async () => {
    const { world, id } = await blockedRoll();
    await world.until(id, isHalted);
    const body = { signal: "cancel", by: "bob", reason: "enough" };
    expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
    const halted = await world.ended(id);
    const behind = halted.findings.filter(({ code }) => code === "NodeNotUpgraded");
    expect(behind.length).toBeGreaterThan(0);
    expect(behind[0]?.message).toMatch(/lets it take pods again \(undrainableNodeBehavior: Schedule\)/);
    expect(behind[0]?.evidence[0]).toMatch(/reports\/report-writer-.*PodDisruptionBudgetBlocks/);
    expect(poolOf(halted)?.nodes.map(({ state }) => state)).toContain("failed");
  });

  it("that sets a node aside says so, and what held it", async () => {
    const { world, id, core } = await blockedRoll("", async (started) => {
      const client = await armClient(started.simulator);
      const { provisioningState: _, ...pool } = await client.agentPools.get(`rg-${CLUSTER}`, CLUSTER, "apps");
      const upgradeSettings = { ...pool.upgradeSettings, undrainableNodeBehavior: "Cordon", drainTimeoutInMinutes: 5 };
      await client.agentPools
        .createOrUpdate(`rg-${CLUSTER}`, CLUSTER, "apps", { ...pool, upgradeSettings })
        .submitted();
      await started.pass(120);
    });
    await world.until(id, isHalted);
    const body = { signal: "cancel", by: "bob", reason: "enough" };
    expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
    const run = await world.ended(id);
    const [aside] = run.findings.filter(({ code }) => code === "NodeNotUpgraded");
    expect(aside?.evidence.join()).toMatch(/reports\/report-writer-.*PodDisruptionBudgetBlocks/);
    expect(aside?.message).toMatch(/has set it aside \(undrainableNodeBehavior: Cordon\)/);
    const { items } = await core.listNode();
    const marked = items.filter(
      ({ metadata }) => metadata?.labels?.["kubernetes.azure.com/upgrade-status"] === "Quarantined",
    );
    expect(marked.map(({ metadata }) => metadata?.name)).toContain(aside?.subject);
  });

  it("is helped by scaling an owner up, which is scaled back when the roll has ended", async () => {
    const surge = (yaml: string) => yaml.replace("strategy: blueGreen", "strategy: surge");
    const place = await worldWith(newWorld, "remedies: [{ do: scaleUpOwner, afterMinutes: 1 }]", { fleetYaml: surge });
    await deploy(place, "single", 1);
    const id = await start(place);
    await place.world.until(id, (run) => poolOf(run)?.state === "upgrading");
    await guard(place, "single", 1);
    const run = await place.world.ended(id);
    expect(told(run, "RemedyTried").join()).toMatch(/scaling up default\/Deployment\/single: done/);
    expect(poolOf(run)?.nodes.map(({ state }) => state)).toEqual(["upgraded", "upgraded"]);
    expect(await place.replicas("single")).toBe(1);
  });

  it("is helped by the remedies of the policy: a question is put, and the approved pod goes", async () => {
    const { world, id } = await blockedRoll("remedies: [{ do: askToDelete, afterMinutes: 2 }]");
    let answered = 0;
    for (;;) {
      const run = await world.until(id, (seen) => seen.gates.length > 0 || seen.status === "finished");
      if (run.status === "finished") break;
      expect(run.gates.map(({ kind, question }) => `${kind} ${question}`)).toEqual([
        expect.stringMatching(/^approval May pod reports\/report-writer/),
      ]);
      for (const gate of run.gates) {
        const body = { signal: "approve", by: "bob", reason: "it may go", gate: gate.id };
        expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
        answered += 1;
      }
    }
    const run = await world.ended(id);
    expect(poolOf(run)?.nodes.map(({ state }) => state)).toEqual(["upgraded", "upgraded"]);
    // The last of them held the node that AKS had added for the roll.
    expect(answered).toBe(3);
    const tried = run.findings.filter(({ code }) => code === "RemedyTried");
    expect(tried[0]?.message).toMatch(/asking to delete reports\/report-writer-.*: approved, deleted/);
  });
});
