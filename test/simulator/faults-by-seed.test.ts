import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const CLUSTERS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters`;
const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dev-weu`;
const NODES = "/kubernetes/dev-weu/api/v1/nodes";

let simulator: TestSimulator;
const folder = temporaryFolder();
afterEach(async () => {
  await simulator.close();
  folder.remove();
});

/** Asks, and tells what came: a status, or how it broke. */
async function ask(path: string, method = "GET", query = ""): Promise<string> {
  const { url, azure, identityEndpoint, identityHeader } = simulator;
  const token = path.startsWith("/kubernetes")
    ? azure.secrets.get("kubernetes/dev-weu")
    : await fetchToken(identityEndpoint, identityHeader);
  const headers = { authorization: `Bearer ${token}` };
  try {
    const response = await fetch(`${url}${path}?api-version=2026-04-01${query}`, { method, headers });
    await response.text();
    return String(response.status);
  } catch {
    return "broken";
  }
}

async function counts(): Promise<Record<string, number>> {
  const response = await fetch(`${simulator.url}/simulator/status`);
  return ((await response.json()) as { faults: Record<string, number> }).faults;
}

/** What 60 questions come to in a world of this seed. */
async function story(seed: number, randomFaults: object, stateDirectory?: string): Promise<string[]> {
  simulator = await startSimulator({ seed, scenario: { randomFaults }, ...(stateDirectory ? { stateDirectory } : {}) });
  const seen: string[] = [];
  for (let time = 0; time < 20; time += 1) {
    for (const path of [CLUSTERS, GROUP, NODES]) seen.push(await ask(path));
  }
  return seen;
}

const KINDS = ["throttled", "serverError", "badGateway", "unavailable", "gatewayTimeout", "reset", "truncated"];

describe("faults by seed", () => {
  it("are the same for the same seed, and others for another", async () => {
    const chance = { rate: 0.3, kinds: KINDS };
    const first = await story(11, chance);
    const counted = await counts();
    await simulator.close();
    const again = await story(11, chance);
    expect(again).toEqual(first);
    expect(await counts()).toEqual(counted);
    expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(5);
    expect(new Set(first).size).toBeGreaterThan(3);
    await simulator.close();
    expect(await story(12, chance)).not.toEqual(first);
  });

  it("of one question do not depend on what else is asked", async () => {
    const chance = { rate: 0.4, kinds: ["serverError", "unavailable"] };
    const mixed = await story(5, chance);
    await simulator.close();
    simulator = await startSimulator({ seed: 5, scenario: { randomFaults: chance } });
    const alone: string[] = [];
    for (let time = 0; time < 20; time += 1) alone.push(await ask(NODES));
    expect(alone).toEqual(mixed.filter((_, index) => index % 3 === 2));
  });

  it("end when they are to", async () => {
    await story(11, { rate: 1, kinds: ["unavailable"], untilHours: 2 });
    expect(await ask(GROUP)).toBe("503");
    simulator.clock.advance(2 * 3_600 + 1);
    expect(await ask(GROUP)).toBe("200");
  });

  it("leave the page, the token endpoint and the status alone", async () => {
    simulator = await startSimulator({ scenario: { randomFaults: { rate: 1, kinds: ["reset"] } } });
    expect((await fetch(`${simulator.url}/simulator/status`)).status).toBe(200);
    expect((await fetch(`${simulator.url}/teams`)).status).toBe(200);
    expect(await ask(GROUP)).toBe("broken");
  });

  it("happen to operations, machines and pods too", async () => {
    const kinds = ["operationFails", "operationStuck", "nodeNeverReady", "podNeverGone", "allocation"];
    simulator = await startSimulator({ seed: 3, scenario: { randomFaults: { rate: 1, kinds } } });
    expect(await ask(`${GROUP}/providers/Microsoft.ContainerService/managedClusters/dev-weu`, "DELETE")).toBe("202");
    const injected = await counts();
    expect(injected.operationFails ?? injected.operationStuck).toBe(1);
  });

  it("go on as they would have after a restart", async () => {
    const chance = { rate: 0.3, kinds: KINDS };
    const whole = await story(11, chance);
    await simulator.close();
    simulator = await startSimulator({ seed: 11, scenario: { randomFaults: chance }, stateDirectory: folder.path });
    for (let time = 0; time < 10; time += 1) for (const path of [CLUSTERS, GROUP, NODES]) await ask(path);
    await simulator.close();
    simulator = await startSimulator({ seed: 11, scenario: { randomFaults: chance }, stateDirectory: folder.path });
    const rest: string[] = [];
    for (let time = 0; time < 10; time += 1) for (const path of [CLUSTERS, GROUP, NODES]) rest.push(await ask(path));
    expect(rest).toEqual(whole.slice(30));
  });
});
