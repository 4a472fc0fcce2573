import { describe, expect, it } from "vitest";
import { type Why, whySchema } from "../../domain/why.ts";
import { armClient } from "../simulator/start-simulator.ts";
import { onlyClusters, type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function why(world: TestWorld, cluster: string): Promise<Why> {
  const ask = async (path: string): Promise<Response> => {
    const response = await world.api(path);
    const again = response.status === 202 ? response.headers.get("location") : null;
    return again === null ? response : ask(again.replace("/api/v1/", ""));
  };
  const response = await world.during(() => ask(`fleet/${cluster}/why`));
  expect(response.status).toBe(200);
  return whySchema.parse(await response.json());
}

async function started(world: TestWorld, clusters: string[]): Promise<string> {
  const body = { kind: "upgrade", clusters, by: "ada", reason: "a test" };
  return ((await (await world.api("runs", { method: "POST", body })).json()) as { id: string }).id;
}

const approved = (yaml: string) =>
  onlyClusters("dev-weu")(yaml).replace(
    "upgrades: { patch: auto }",
    "upgrades: { nodeImage: approve, patch: approve }",
  );

describe("why a cluster was or was not upgraded", () => {
  it("tells of one that is behind what it lacks and which search will come to it", async () => {
    const answer = await why(await newWorld(), "dev-weu");
    expect(answer).toMatchObject({ cluster: "dev-weu", ring: "dev", standing: "behind", lastRun: null });
    expect(answer.next).toMatchObject({ at: "2026-11-22T06:30:00.000Z", by: "daily search" });
    expect(answer.sentences[0]).toMatch(/^It is behind: control plane 1\.33\.5 to 1\.33\.6; pool system .*pool apps /);
  });

  it("tells of the run that holds it, and when that has ended how it ended", async () => {
    const world = await newWorld({ fleetYaml: approved });
    const id = await started(world, ["dev-weu"]);
    await world.until(id, ({ gates }) => gates.length > 0);
    const asked = await why(world, "dev-weu");
    expect(asked).toMatchObject({ standing: "waiting", next: { at: null, by: "a person" }, lastRun: null });
    expect(asked.sentences[1]).toContain(`drydock approve ${id} --gate approve-dev`);
    const answer = { signal: "approve", by: "grace", reason: "looks good" };
    await world.during(() => world.api(`runs/${id}/signals`, { method: "POST", body: answer }));
    await world.until(id, ({ rings }) => rings[0]?.clusters[0]?.state === "upgrading");
    expect(await why(world, "dev-weu")).toMatchObject({ standing: "in-progress", next: { by: id } });
    await world.ended(id);
    const done = await why(world, "dev-weu");
    expect(done).toMatchObject({ standing: "up-to-date", lastRun: { id, by: "ada", outcome: "done" } });
  });

  it("tells what blocks one, and what to do about it", async () => {
    const world = await newWorld({ fleetYaml: (yaml) => yaml.replace("    barePods: delete\n", "") });
    const answer = await why(world, "dev-weu");
    expect(answer.standing).toBe("blocked");
    expect(answer.sentences[1]).toMatch(/^BarePods blocks it: .* To do: Give the pod a controller/);
  });

  it("tells that one is stopped", async () => {
    const world = await newWorld();
    const client = await armClient(world.simulator);
    await client.managedClusters.stop("rg-dev-weu", "dev-weu").submitted();
    await world.pass(1_800);
    const still = await why(world, "dev-weu");
    expect(still.standing).toBe("blocked");
    expect(still.sentences.join(" ")).toMatch(/dev-weu is stopped\. To do: Start the cluster/);
  });

  it("cannot tell of one that Azure does not show", async () => {
    const faults = [{ match: { path: "managedClusters/dev-weu" }, count: 100_000, answer: { status: 403 } }];
    const answer = await why(await newWorld({ scenario: { faults } }), "dev-weu");
    expect(answer.standing).toBe("unknown");
    expect(answer.sentences[0]).toMatch(/dev-weu cannot be seen/);
  });

  it("is not found for a cluster that nobody knows, or by the plan of another", async () => {
    const world = await newWorld();
    const unknown = await world.api("fleet/nowhere/why");
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ detail: expect.stringContaining("Its clusters are dev-weu") });
    const ask = () => world.api("plans", { method: "POST", body: { kind: "upgrade", preflight: false } });
    const { id } = (await (await world.during(ask)).json()) as { id: string };
    expect((await world.api(`fleet/dev-weu/why?plan=${id}`)).status).toBe(404);
    expect((await world.api("fleet/dev-weu/why?plan=upgrade-1")).status).toBe(404);
  });
});
