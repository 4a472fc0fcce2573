import { describe, expect, it } from "vitest";
import {
  deploy,
  guard,
  halted,
  IMAGE,
  type Place,
  poolOf,
  start,
  startGuarded,
  told,
  worldWith as worldWithDrain,
} from "./drained-place.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();
/** @param minutes longest that a node may take */
const worldWith = (drain: string, minutes = 30) =>
  worldWithDrain(newWorld, drain, {
    fleetYaml: (yaml) => yaml.replace("timeoutMinutes: 30", `timeoutMinutes: ${minutes}`),
  });

const SCALE_UP = "remedies: [{ do: scaleUpOwner, afterMinutes: 1 }]";

describe("the remedy scaleUpOwner", () => {
  it("drains a single pod behind its budget, and scales the owner back", async () => {
    const place = await worldWith(SCALE_UP);
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    const run = await place.world.ended(id);
    expect(told(run, "RemedyTried").join()).toMatch(/scaling up default\/Deployment\/single: done/);
    expect(run.verdict).toBe("passed");
    expect(await place.replicas("single")).toBe(1);
    expect(await place.cordoned()).toEqual([]);
  });

  it("is trusted by preflight: a budget that it cures is a warning, and the run goes through", async () => {
    const place = await worldWith(SCALE_UP);
    await deploy(place, "single", 1);
    await guard(place, "single", 1);
    await place.world.pass(60);
    const run = await place.world.ended(await start(place));
    expect(told(run, "BudgetNeverAllows")).toEqual([
      "PDB default/single can never allow a disruption (minAvailable 1, 1 pods); Deployment/single is scaled up by one for the time of the drain",
    ]);
    expect(run.verdict).toBe("passed-with-warnings");
    expect(await place.replicas("single")).toBe(1);
  });

  it("is taken back when the run is cancelled while it is at work", async () => {
    const place = await worldWith(SCALE_UP);
    // The second pod takes longer to be ready than anybody waits here.
    await deploy(place, "single", 1, { "simulator.drydock.dev/start-seconds": "600" });
    await place.world.pass(700);
    const id = await startGuarded(place, "single", 1);
    await place.world.until(id, (run) => poolOf(run)?.state === "draining");
    for (let looks = 0; looks < 40 && (await place.replicas("single")) === 1; looks += 1) await place.world.pass(10);
    expect(await place.replicas("single")).toBe(2);
    const signal = { signal: "cancel", by: "bob", reason: "enough" };
    expect((await place.world.api(`runs/${id}/signals`, { method: "POST", body: signal })).status).toBe(202);
    expect((await place.world.ended(id)).verdict).toBe("cancelled");
    expect(await place.replicas("single")).toBe(1);
    expect(await place.cordoned()).toEqual([]);
  });
});

describe("the remedy askToDelete", () => {
  const ASK = "remedies: [{ do: askToDelete, afterMinutes: 1 }]";
  const answer = async ({ world }: Place, id: string, signal: string) => {
    const asked = await world.until(id, ({ gates }) => gates.length > 0);
    const body = { signal, by: "bob", reason: "it may go", gate: asked.gates[0]?.id };
    expect((await world.api(`runs/${id}/signals`, { method: "POST", body })).status).toBe(202);
    return asked;
  };

  it("deletes the pod that was approved, and nothing before", async () => {
    const place = await worldWith(ASK);
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    const asked = await answer(place, id, "approve");
    expect(asked.gates[0]).toMatchObject({ kind: "approval", options: ["approve", "decline"] });
    expect(asked.gates[0]?.question).toMatch(/^May pod default\/single-.* of dev-weu be deleted past its budgets/);
    const run = await place.world.ended(id);
    expect(run.verdict).toBe("passed");
    expect(told(run, "RemedyTried")[0]).toMatch(/approved, deleted \(by bob: it may go\)/);
  });

  it("leaves the pod when nobody answers in the node's time, and asks no longer", async () => {
    const place = await worldWith(ASK, 10);
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    await place.world.until(id, ({ gates }) => gates.some(({ kind }) => kind === "approval"));
    const asked = await place.world.until(id, ({ gates }) => gates.some(({ kind }) => kind === "halt"));
    expect(asked.gates.map(({ kind }) => kind)).toEqual(["halt"]);
    const run = await halted(place, id);
    expect(told(run, "RemedyTried")[0]).toMatch(/asking to delete default\/single-.*: nobody answered/);
    expect(place.world.requests.filter((line) => /^DELETE .*pods\/single-/.test(line))).toEqual([]);
    expect(await place.cordoned()).toEqual([]);
    expect(await place.pools()).toEqual(["apps", "system"]);
  });

  it("leaves the pod when it is declined, and the pool is undone", async () => {
    const place = await worldWith(ASK);
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    await answer(place, id, "decline");
    const run = await halted(place, id);
    expect(told(run, "RemedyTried")[0]).toMatch(/declined \(by bob: it may go\)/);
    expect(place.world.requests.filter((line) => /^DELETE .*pods\/single-/.test(line))).toEqual([]);
    expect(await place.cordoned()).toEqual([]);
  });
});

describe("the remedy restartOwner", () => {
  it("restarts the rollout once, whose new pods let the old ones go", async () => {
    const place = await worldWith("remedies: [{ do: restartOwner, afterMinutes: 1 }]");
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    const run = await place.world.ended(id);
    expect(told(run, "RemedyTried")).toEqual([expect.stringMatching(/restarting default\/Deployment\/single: done/)]);
    expect(run.verdict).toBe("passed");
    const { metadata, spec } = await place.apps.readNamespacedDeployment({ namespace: "default", name: "single" });
    expect(metadata?.annotations?.["drydock.dev/restarted-by"]).toBe(id);
    expect(spec?.template.metadata?.annotations).toHaveProperty(["kubectl.kubernetes.io/restartedAt"]);
  });
});

describe("rules for workloads", () => {
  it("wait until a hold is over, and then drain", async () => {
    const place = await worldWith("longestHoldMinutes: 60");
    const until = new Date(place.world.clock.nowMs() + 25 * 60_000).toISOString();
    await deploy(place, "busy", 1, { "drydock.dev/hold-until": until });
    const run = await place.world.ended(await start(place));
    expect(run.verdict).toBe("passed");
    expect(told(run, "NoProgress")).toEqual([]);
    const ends = poolOf(run)?.nodes.map(({ endedAt }) => endedAt ?? "") ?? [];
    expect(ends.some((end) => end >= until)).toBe(true);
  });

  it("leave what is skipped, and the report says so", async () => {
    const place = await worldWith('workloads: [{ selector: "app=left", action: skip }]');
    await deploy(place, "left", 1);
    const run = await place.world.ended(await start(place));
    expect(run.findings.find(({ code }) => code === "PodsSkipped")?.evidence[0]).toMatch(/^pod default\/left-/);
  });

  it("let a Job end before its node is drained", async () => {
    const place = await worldWith('workloads: [{ selector: "app=report", action: waitForCompletion }]');
    const template = {
      metadata: { labels: { app: "report" }, annotations: { "simulator.drydock.dev/run-seconds": "1500" } },
      spec: {
        restartPolicy: "Never",
        nodeSelector: { workload: "apps" },
        containers: [{ name: "report", image: IMAGE }],
      },
    };
    await place.batch.createNamespacedJob({
      namespace: "default",
      body: { metadata: { name: "report" }, spec: { template } },
    });
    const run = await place.world.ended(await start(place));
    expect(run.verdict).toBe("passed");
    const { status } = await place.batch.readNamespacedJob({ namespace: "default", name: "report" });
    expect(status).toMatchObject({ succeeded: 1 });
    expect(status?.failed ?? 0).toBe(0);
  });

  it("drain pods of a lower order first", async () => {
    const place = await worldWith(
      'workloads: [{ selector: "app=last", order: 5 }, { selector: "app=first", order: -5 }]',
    );
    await deploy(place, "last", 4);
    await deploy(place, "first", 4);
    await place.world.pass(60);
    expect((await place.world.ended(await start(place))).verdict).toBe("passed");
    const evicted = place.world.requests.flatMap(
      (line) => /^POST .*pods\/(first|last)-.*\/eviction/.exec(line)?.[1] ?? [],
    );
    expect(evicted.length).toBeGreaterThanOrEqual(8);
    // Node by node: on each the first ones go before the last ones.
    expect(evicted[0]).toBe("first");
    expect(evicted.at(-1)).toBe("last");
  });
});

describe("a node that does not drain", () => {
  it("is kept aside by policy: the others go on, and the old pool stays with it alone", async () => {
    const place = await worldWith("onFailure: keepAside");
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    const run = await halted(place, id);
    const failed = run.findings.find(({ code }) => code === "DrainFailed");
    expect(failed).toMatchObject({ severity: "blocker", message: expect.stringContaining("it stays cordoned") });
    expect(await place.cordoned()).toEqual([failed?.subject]);
    const { items } = await place.core.listNode();
    const old = items.filter(({ metadata }) => metadata?.labels?.["kubernetes.azure.com/agentpool"] === "apps");
    expect(old.map(({ metadata }) => metadata?.name)).toEqual([failed?.subject]);
    expect(
      poolOf(run)
        ?.nodes.map(({ state }) => state)
        .sort(),
    ).toEqual(["drained", "failed"]);
  });

  it("takes pods again where the policy says so: the others go on, and it is told", async () => {
    const place = await worldWith("onFailure: continue", 10);
    await deploy(place, "single", 1);
    const run = await halted(place, await startGuarded(place, "single", 1));
    const failed = run.findings.find(({ code }) => code === "DrainFailed");
    expect(failed?.severity).toBe("blocker");
    expect(await place.cordoned()).toEqual([]);
    const { items } = await place.core.listNode();
    const old = items.filter(({ metadata }) => metadata?.labels?.["kubernetes.azure.com/agentpool"] === "apps");
    expect(old.map(({ metadata }) => metadata?.name)).toEqual([failed?.subject]);
    expect(await place.pools()).toEqual(["apps", "apps2", "system"]);
  });

  it("spends the time of its pool, and those that were not begun take pods again", async () => {
    const patient = "remedies: [{ do: giveUp, afterMinutes: 25 }]";
    const place = await worldWith(`onFailure: continue\n    poolTimeoutMinutes: 6\n    ${patient}`);
    await deploy(place, "four", 4);
    const run = await halted(place, await startGuarded(place, "four", 4));
    const [first] = run.findings.filter(({ code }) => code === "DrainFailed");
    const spent = poolOf(run)?.nodes.find(({ name }) => name === first?.subject);
    const minutes = (Date.parse(spent?.endedAt ?? "") - Date.parse(spent?.startedAt ?? "")) / 60_000;
    expect(minutes).toBeGreaterThan(4);
    expect(minutes).toBeLessThan(8);
    const [left] = run.findings.filter(({ code }) => code === "PoolDrainTimedOut");
    expect(left?.message).toMatch(/not done within 6 minutes; 1 nodes were not begun/);
    expect(await place.cordoned()).toEqual([]);
    expect(await place.pools()).toEqual(["apps", "system"]);
  });

  it("is told once when nothing moves, with what blocks", async () => {
    const place = await worldWith("remedies: [{ do: giveUp, afterMinutes: 25 }]");
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    const stalled = await place.world.until(id, (run) => /^no progress/.test(poolOf(run)?.reason ?? ""));
    expect(poolOf(stalled)?.reason).toMatch(/^no progress since .*: default\/single-.*PDB default\/single allows 0/);
    const run = await halted(place, id);
    expect(run.findings.find(({ code }) => code === "NoProgress")?.evidence[0]).toMatch(/owner Deployment\/single/);
    const cards = (await place.world.cards()).filter((card) => JSON.stringify(card).includes("No progress"));
    expect(cards).toHaveLength(1);
  });
});
