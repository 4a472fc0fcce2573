import { describe, expect, it } from "vitest";
import { janitorPassSchema } from "../../domain/restore/janitor-pass.ts";
import { resourcesOf, startTests } from "./restore-tests.ts";
import { START_MS, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();
const HOUR_S = 3_600;

async function passesOf(world: TestWorld) {
  const response = await world.api("janitor?limit=168");
  const { passes } = (await response.json()) as { passes: unknown[] };
  return passes.map((pass) => janitorPassSchema.parse(pass));
}

/** Ends a run and its parts as somebody would who lost patience with the host: nothing of it is undone. */
async function terminate(world: TestWorld, id: string): Promise<void> {
  const { url, keys } = world.host;
  const instances = `${url}/runtime/webhooks/durabletask/instances`;
  const listed = await fetch(`${instances}?code=${keys.system("durabletask_extension")}`);
  const all = (await listed.json()) as Array<{ instanceId: string; runtimeStatus: string }>;
  for (const { instanceId } of all.filter((one) => one.instanceId.startsWith(id) && one.runtimeStatus === "Running")) {
    const path = `${instances}/${encodeURIComponent(instanceId)}/terminate?reason=gone&code=${keys.system("durabletask_extension")}`;
    await world.during(() => fetch(path, { method: "POST" }));
  }
}

describe("the janitor", () => {
  it("takes what a run left that was ended by force, confirms it, tells it once, and leaves everything else", async () => {
    const world = await newWorld();
    const before = resourcesOf(world);
    const id = await startTests(world);
    await world.untilTests(id, ({ tests }) => tests[0]?.phases.some(({ name }) => name === "restore") === true);
    const group = resourcesOf(world).find((name) => /\/resourceGroups\/rg-drydock-scratch-[0-9a-f]+$/.test(name));
    if (group === undefined) throw new Error("the run has no scratch group");
    await terminate(world, id);
    const cards = (await world.cards()).length;
    await world.pass(3 * HOUR_S);
    expect(resourcesOf(world)).toEqual(before);
    const passes = await passesOf(world);
    const begun = passes.flatMap((pass) => pass.begun);
    expect(begun).toContainEqual({ id: group, run: id });
    expect(begun.filter(({ id: one }) => one.includes("roleAssignments")).length).toBeGreaterThan(0);
    expect(passes.flatMap((pass) => pass.gone)).toEqual(expect.arrayContaining(begun));
    const told = (await world.cards()).slice(cards).filter((card) => JSON.stringify(card).includes("left behind"));
    expect(told).toHaveLength(1);
    expect(JSON.stringify(told)).toContain(group);
    const requests = world.requests.length;
    await world.pass(2 * HOUR_S);
    // It goes on looking, and deletes nothing any more.
    expect(world.requests.slice(requests).filter((request) => request.startsWith("DELETE"))).toEqual([]);
    expect((await passesOf(world)).length).toBeGreaterThan(passes.length);
  });

  it("leaves a run alone that goes on, and says that it does", async () => {
    const world = await newWorld();
    const id = await startTests(world, { keepHours: 6 });
    await world.untilTests(id, ({ tests }) => tests[0]?.phases.some(({ name }) => name === "look") === true);
    const during = resourcesOf(world);
    await world.pass(3 * HOUR_S);
    expect(resourcesOf(world)).toEqual(during);
    const [pass] = await passesOf(world);
    expect(pass).toMatchObject({ begun: [], refused: [], kept: [{ run: id, reason: "RunGoesOn" }] });
    await world.testsEnded(id);
  });

  it("says which group does not let itself be deleted, once, and takes it when it does", async () => {
    const match = { method: "DELETE", path: "/resourcegroups/rg-drydock-scratch" };
    const world = await newWorld({ scenario: { faults: [{ match, count: 3, answer: { status: 409 } }] } });
    const before = resourcesOf(world);
    const id = await startTests(world);
    await world.untilTests(id, ({ tests }) => tests[0]?.phases.some(({ name }) => name === "restore") === true);
    await terminate(world, id);
    const cards = (await world.cards()).length;
    await world.pass(7 * HOUR_S);
    const passes = await passesOf(world);
    const refused = passes.flatMap((pass) => pass.refused);
    expect(refused).toHaveLength(3);
    expect(refused[0]).toMatchObject({ run: id, why: expect.stringContaining("409") });
    expect(resourcesOf(world)).toEqual(before);
    const told = JSON.stringify((await world.cards()).slice(cards));
    expect(told.match(/does not let itself be deleted/g)?.length).toBe(2);
  });

  it("asks Azure for nothing where there were no restore tests, but once a day", async () => {
    const world = await newWorld();
    const requests = world.requests.length;
    await world.pass(22 * HOUR_S);
    const asked = world.requests.slice(requests).filter((request) => request.includes("roleAssignments"));
    const [pass, ...others] = await passesOf(world);
    expect(others).toEqual([]);
    expect(pass).toMatchObject({ begun: [], kept: [], unread: [] });
    expect(Date.parse(pass?.at ?? "")).toBeGreaterThan(START_MS);
    expect(asked.length).toBeGreaterThan(0);
  });
});
