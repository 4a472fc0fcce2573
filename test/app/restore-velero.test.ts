import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codesOf, outcomesOf, proven, resourcesOf, withPlan } from "./restore-tests.ts";
import { useWorlds } from "./world.ts";

const newWorld = useWorlds();

let fleetDirectory = "";

beforeAll(() => {
  fleetDirectory = mkdtempSync(join(tmpdir(), "fleet-"));
  cpSync(join(import.meta.dirname, "../../fleet"), fleetDirectory, { recursive: true });
  const file = join(fleetDirectory, "azure.yaml");
  const velero = '    velero:\n      bucket: shared\n      schedule: "0 9 * * *"\n';
  const text = readFileSync(file, "utf8").replace(/ {4}backup:\n {6}vault: bv-prod-weu\n(?: {6}.*\n)*/, velero);
  writeFileSync(file, text);
});

afterAll(() => rmSync(fleetDirectory, { recursive: true }));

async function begin(scenario: object = {}) {
  const world = await newWorld({ fleetDirectory, scenario, fleetYaml: withPlan({ test: { provider: "velero" } }) });
  // A cluster that nobody has looked into runs nothing; from now on its schedule makes backups.
  world.simulator.azure.kubernetes("prod-weu");
  await world.pass(2 * 3_600);
  return { world, before: resourcesOf(world) };
}

describe("a restore test of Velero", () => {
  it("restores with the source's Velero, from its bucket, which it only reads", async () => {
    const { world, before } = await begin();
    const test = await proven(world);
    expect(codesOf(test)).toEqual([]);
    expect(test).toMatchObject({ verdict: "passed", provider: "velero", point: { tier: "object-store" } });
    expect(outcomesOf(test)).toContain("restore done");
    expect(resourcesOf(world)).toEqual(before);
    const location = world.requests.filter((line) => /^POST \/kubernetes\/drydock-.*backupstoragelocations/.test(line));
    expect(location).toHaveLength(1);
    expect(world.requests.filter((line) => /^POST .*schedules/.test(line))).toEqual([]);
  });

  it.each([
    [
      "a backup that lacks a namespace",
      { holes: [{ match: {}, leaveOut: ["Namespace/shop", "[^/]+/shop/.*"] }] },
      "blocker NamespaceMissing",
    ],
    [
      "a restore that half-fails",
      { restores: [{ match: {}, leaveOut: ["Deployment/shop/.*"] }] },
      "blocker RestoreIncomplete",
    ],
    ["a corrupt backup", { corrupt: [{ match: { namespace: "orders" } }] }, "blocker ProbeFailed"],
  ])("meets %s: failed, and nothing is left", async (_what, backup, code) => {
    const { world, before } = await begin({ backup });
    const test = await proven(world);
    expect([test.verdict, codesOf(test)]).toEqual(["failed", expect.arrayContaining([code])]);
    expect(resourcesOf(world)).toEqual(before);
  });
});
