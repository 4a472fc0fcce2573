import { describe, expect, it } from "vitest";
import { leftovers, startTests, testReport } from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();

describe("a restore test", () => {
  it("restores the newest point into a scratch cluster, proves it, measures it and leaves nothing behind", async () => {
    const world = await newWorld();
    const before = await leftovers(world);
    const id = await startTests(world, { clusters: ["prod-weu"] });
    const run = await world.testsEnded(id);
    expect((await testReport(world, id)).clusters).toMatchObject([{ cluster: "prod-weu", verdict: "passed" }]);
    expect(run.verdict).toBe("passed");
    expect(await leftovers(world)).toEqual(before);
  });
});
