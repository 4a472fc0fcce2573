import { describe, expect, it } from "vitest";
import { type Readiness, readinessSchema } from "../../domain/preflight/readiness.ts";
import { type TestWorld, useWorlds } from "./world.ts";

const newWorld = useWorlds();

async function readiness(world: TestWorld, query = ""): Promise<Readiness> {
  const response = await world.api(`readiness${query}`);
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return readinessSchema.parse(await response.json());
}

describe("GET readiness", () => {
  it("says READY of a fleet with nothing wrong", async () => {
    const world = await newWorld();
    const answer = await readiness(world);
    
    expect(answer.verdict).toBe("READY");
  });
});
