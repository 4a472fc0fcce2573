import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createRandom, type Random } from "../../simulator/random.ts";
import { temporaryFolder } from "../host/program.ts";
import { SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const ROOT = `/subscriptions/${SUBSCRIPTION}/resourceGroups`;
const VERSIONS = ["1.33.5", "1.33.6", "1.34.1", "1.34.2"];
const POOLS = ["apps", "system", "extra"];
const CLUSTERS = ["dev-weu", "prod-weu", "scratch"];

let simulator: TestSimulator;
let token: string;
const folder = temporaryFolder();
afterEach(async () => {
  await simulator.close();
  folder.remove();
});

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

async function send({ method, path, body }: Asked): Promise<{ status: number; text: string }> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
  const response = await simulator.app.request(`http://local${path}?api-version=2026-04-01`, init);
  return { status: response.status, text: await response.text() };
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.between(0, from.length - 1)] as T;
}

/** Something that somebody might ask for, sensible or not. */
function anything(random: Random): Asked {
  const cluster = pick(random, CLUSTERS);
  const group = `${ROOT}/rg-${cluster === "scratch" ? "dev-weu" : cluster}`;
  const one = `${group}/providers/Microsoft.ContainerService/managedClusters/${cluster}`;
  const pool = `${one}/agentPools/${pick(random, POOLS)}`;
  const upgradeSettings = {
    maxSurge: pick(random, ["0", "1", "33%", "100%"]),
    maxUnavailable: pick(random, ["0", "0", "1"]),
    drainTimeoutInMinutes: pick(random, [5, 30]),
    undrainableNodeBehavior: pick(random, ["Cordon", "Schedule"]),
  };
  const machines = simulator.azure.poolsOf(cluster).flatMap(({ machines }) => machines.map(({ name }) => name));
  const properties = {
    count: random.between(1, 5),
    vmSize: "Standard_D4ds_v5",
    mode: pick(random, ["User", "User", "System"]),
    orchestratorVersion: pick(random, VERSIONS),
    upgradeSettings,
    ...(random.next() < 0.2 ? { powerState: { code: pick(random, ["Running", "Stopped"]) } } : {}),
  };
  const system = { name: "system", mode: "System", count: 1, vmSize: "Standard_D4ds_v5" };
  return pick<Asked>(random, [
    { method: "PUT", path: pool, body: { properties } },
    { method: "PUT", path: pool, body: { properties: { upgradeSettings } } },
    { method: "PUT", path: pool, body: { properties: { count: properties.count } } },
    { method: "DELETE", path: pool },
    { method: "POST", path: `${pool}/upgradeNodeImageVersion` },
    { method: "POST", path: `${pool}/abort` },
    { method: "POST", path: `${pool}/deleteMachines`, body: { machineNames: [pick(random, [...machines, "x"])] } },
    { method: "POST", path: `${one}/abort` },
    { method: "POST", path: `${one}/stop` },
    { method: "POST", path: `${one}/start` },
    {
      method: "PUT",
      path: one,
      body: { location: "westeurope", properties: { kubernetesVersion: pick(random, VERSIONS) } },
    },
    { method: "PUT", path: one, body: { location: "westeurope", properties: { agentPoolProfiles: [system] } } },
    { method: "PATCH", path: one, body: { tags: { a: "b" } } },
    ...(random.next() < 0.2 ? [{ method: "DELETE", path: one }] : []),
    ...(random.next() < 0.05 ? [{ method: "DELETE", path: group }] : []),
    { method: "PUT", path: group, body: { location: "westeurope" } },
    { method: "GET", path: one },
  ]);
}

/** Stops everything that goes on, and looks whether it has come to rest as it should. */
function checkRest(): void {
  const { azure, clock } = simulator;
  clock.advance(48 * 3_600);
  expect(azure.operations.values().filter(({ status }) => status === "InProgress")).toEqual([]);
  for (const cluster of azure.clusters.values()) {
    const nodes = azure.kubernetes(cluster.name).table("nodes").list();
    const pools = azure.poolsOf(cluster.name);
    const machines = pools.flatMap((pool) => pool.machines.filter(({ joined }) => joined).map(({ name }) => name));
    expect(nodes.map(({ metadata }) => metadata.name).sort()).toEqual(machines.sort());
    for (const { name, provisioningState, machines: ofPool, settings } of pools) {
      const text = `${cluster.name}/${name} is ${provisioningState}`;
      expect(provisioningState, text).toMatch(/^(?:Succeeded|Failed|Canceled)$/);
      if (provisioningState === "Succeeded" && cluster.provisioningState === "Succeeded") {
        expect([ofPool.length, ofPool.filter(({ surge }) => surge).length], text).toEqual([settings.count, 0]);
      }
    }
    const cordoned = nodes.filter(({ spec, metadata }) => {
      const isSetAside = metadata.labels?.["kubernetes.azure.com/upgrade-status"] === "Quarantined";
      return spec.unschedulable === true && !isSetAside;
    });
    expect(cordoned.map(({ metadata }) => metadata.name)).toEqual([]);
  }
}

/** Starts a world (again), and gets its token. */
async function start(options: Parameters<typeof startSimulator>[0]): Promise<void> {
  simulator = await startSimulator(options);
  const asked = await simulator.app.request("http://local/msi/token?resource=x&api-version=2019-08-01", {
    headers: { "x-identity-header": simulator.identityHeader },
  });
  token = ((await asked.json()) as { access_token: string }).access_token;
}

const KINDS = ["operationFails", "operationStuck", "nodeNeverReady", "podNeverGone", "allocation"];

describe("whatever is asked, in whatever order", () => {
  it.each(Array.from({ length: 24 }, (_, seed) => [seed + 1]))(
    "is answered, over restarts and faults, and everything comes to rest (seed %i)",
    async (seed) => {
      const scenario = { randomFaults: { rate: seed % 2 === 0 ? 0.1 : 0, kinds: KINDS, untilHours: 12 } };
      const restarts = seed % 3 === 0;
      const options = { seed, scenario, ...(restarts ? { stateDirectory: join(folder.path, String(seed)) } : {}) };
      await start(options);
      let state = seed;
      const random = createRandom(
        () => state,
        (next) => {
          state = next;
        },
      );
      let accepted = 0;
      for (let step = 0; step < 80; step += 1) {
        if (restarts && step % 27 === 26) {
          await simulator.close();
          await start({ ...options, clock: simulator.clock });
        }
        const request = anything(random);
        const { status, text } = await send(request);
        expect(status, `${request.method} ${request.path}: ${text}`).toBeLessThan(500);
        if (status < 300) accepted += 1;
        simulator.clock.advance(pick(random, [0, 5, 60, 400]));
      }
      expect(accepted).toBeGreaterThan(10);
      checkRest();
    },
  );
});
