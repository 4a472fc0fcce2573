import { describe, expect, it } from "vitest";
import type { UpgradeRunView } from "../../domain/api/upgrade-view.ts";
import { deploy, type Place, poolOf, startGuarded, worldWith } from "./drained-place.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();
const SCALE_UP = "remedies: [{ do: scaleUpOwner, afterMinutes: 1 }]";
const BEFORE = ["apps", "system"];
/** Between two looks of the janitor. */
const HOUR_S = 3_600;

/** A run that has scaled an owner up, whose second pod takes longer to be ready than anybody waits here. */
async function scaledUp(keepsState = false): Promise<{ readonly place: Place; readonly id: string }> {
  const place = await worldWith(newWorld, SCALE_UP, { keepsState });
  await deploy(place, "single", 1, { "simulator.drydock.dev/start-seconds": "600" });
  await place.world.pass(700);
  const id = await startGuarded(place, "single", 1);
  await place.world.until(id, (run) => poolOf(run)?.state === "draining");
  for (let looks = 0; looks < 40 && (await place.replicas("single")) === 1; looks += 1) await place.world.pass(10);
  expect(await place.replicas("single")).toBe(2);
  return { place, id };
}

/** Ends orchestrations from outside, as the management API of Durable Functions does: none of them gets to say anything. */
function terminate({ world }: Place, ids: (instanceId: string) => boolean): void {
  const { management } = world.host.engine;
  const { instances } = management.query({
    ...{ createdFromMs: 0, createdToMs: Number.MAX_SAFE_INTEGER, idPrefix: "", limit: 10_000 },
    statuses: ["Running", "Pending", "ContinuedAsNew"],
  });
  for (const { instanceId } of instances) if (ids(instanceId)) management.terminate(instanceId, "a test");
}

async function notices({ world }: Place): Promise<string[]> {
  return (await world.cards())
    .map((card) => JSON.stringify(card))
    .filter((card) => card.includes("without its report"));
}

async function phaseOf({ world }: Place, id: string): Promise<string> {
  return ((await (await world.api(`runs/${id}`)).json()) as UpgradeRunView).phase;
}

describe("a run whose host is killed between scaling up and scaling back", () => {
  it("goes on, and the owner has as many replicas as before", async () => {
    const { place, id } = await scaledUp(true);
    await place.world.crash();
    expect((await place.world.ended(id)).verdict).toBe("passed");
    expect(await place.replicas("single")).toBe(1);
  });
});

describe("a run that is terminated with all of its parts", () => {
  it("leaves no replica, no cordon and no green pool for longer than an hour, and people are told once", async () => {
    const { place, id } = await scaledUp();
    terminate(place, (instanceId) => instanceId.startsWith(id));
    await place.world.pass(2 * HOUR_S);
    expect(await place.replicas("single")).toBe(1);
    expect(await place.cordoned()).toEqual([]);
    expect(await place.pools()).toEqual(BEFORE);
    expect(await phaseOf(place, id)).toMatch(/^ended without a report: terminated/);
    await place.world.pass(2 * HOUR_S);
    const cards = await notices(place);
    expect(cards).toHaveLength(1);
    expect(cards[0]).toMatch(/take pool apps2 away again: done/);
    expect(cards[0]).toMatch(/scale back what was scaled up for the drains of pool apps: done/);
  });

  it("has what cannot be undone tried again every hour until it can be", async () => {
    const { place, id } = await scaledUp();
    terminate(place, (instanceId) => instanceId.startsWith(id));
    // The nodes of the old pool are cordoned: this pod can only be on the new one.
    await deploy(place, "stuck", 1);
    await place.world.pass(60);
    const name = "never";
    const spec = { maxUnavailable: 0, selector: { matchLabels: { app: "stuck" } } };
    await place.policy.createNamespacedPodDisruptionBudget({
      namespace: "default",
      body: { metadata: { name }, spec },
    });
    while ((await notices(place)).length === 0) await place.world.pass(60);
    const [told] = await notices(place);
    expect(await place.replicas("single")).toBe(1);
    expect(await place.cordoned()).toEqual([]);
    expect(await place.pools()).toEqual(["apps", "apps2", "system"]);
    expect(told).toMatch(/could not take pool apps2 away again: node .* did not drain.*default\/stuck/);
    await place.policy.deleteNamespacedPodDisruptionBudget({ namespace: "default", name });
    await place.world.pass(2 * HOUR_S);
    expect(await place.pools()).toEqual(BEFORE);
    expect(await notices(place)).toHaveLength(2);
  });

  it("leaves no node aside, for nobody has told of it", async () => {
    const place = await worldWith(newWorld, "onFailure: keepAside");
    await deploy(place, "single", 1);
    const id = await startGuarded(place, "single", 1);
    await place.world.until(id, ({ gates }) => gates.length > 0);
    expect(await place.cordoned()).toHaveLength(1);
    terminate(place, (instanceId) => instanceId.startsWith(id));
    await place.world.pass(HOUR_S);
    expect(await place.cordoned()).toEqual([]);
    // What was drained has moved for good.
    expect(await place.pools()).toEqual(["apps", "apps2", "system"]);
  });
});

describe("a run that is terminated alone", () => {
  it("has its parts told to stop, and they undo what they have done", async () => {
    const { place, id } = await scaledUp();
    terminate(place, (instanceId) => instanceId === id);
    await place.world.pass(2.5 * HOUR_S);
    expect(place.world.logged.join("")).toContain(`run ${id} was ended from outside; its parts are told to stop`);
    expect(await place.replicas("single")).toBe(1);
    expect(await place.cordoned()).toEqual([]);
    expect(await place.pools()).toEqual(BEFORE);
    terminate(place, (instanceId) => {
      expect(instanceId).not.toContain(id);
      return false;
    });
  });
});
