import { afterEach, describe, expect, it } from "vitest";
import { fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dev-weu`;
const POOL = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/dev-weu/agentPools/apps`;
const PODS = "/kubernetes/dev-weu/api/v1/pods";

let simulator: TestSimulator;
afterEach(() => simulator.close());

async function start(scenario: object): Promise<void> {
  simulator = await startSimulator({ scenario });
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const { url, azure, identityEndpoint, identityHeader } = simulator;
  const token = path.startsWith("/kubernetes")
    ? azure.secrets.get("kubernetes/dev-weu")
    : await fetchToken(identityEndpoint, identityHeader);
  const query = path.includes("?") ? "&" : "?";
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return fetch(`${url}${path}${query}api-version=2026-04-01`, { ...init, headers });
}

const poolState = async () =>
  ((await (await ask(POOL)).json()) as { properties: { provisioningState: string } }).properties.provisioningState;

describe("a truncated answer", () => {
  it("has a good status and half a body; the next is whole", async () => {
    await start({ faults: [{ match: { path: "agentPools/apps$" }, truncate: true }] });
    const response = await ask(POOL);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    expect(await poolState()).toBe("Succeeded");
  });
});

describe("a stale read", () => {
  it("shows what was, and only where it is asked for", async () => {
    await start({ faults: [{ match: { path: "agentPools/apps$" }, nth: 2, staleSeconds: 60 }] });
    expect((await ask(`${POOL}/upgradeNodeImageVersion`, { method: "POST" })).status).toBe(202);
    simulator.clock.advance(30);
    expect(await poolState()).toBe("UpgradingNodeImageVersion");
    expect(await poolState()).toBe("Succeeded");
    expect(await poolState()).toBe("UpgradingNodeImageVersion");
  });

  it("still has what was deleted, and not yet what was made", async () => {
    const scratch = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-scratch`;
    await start({ faults: [{ match: { path: "rg-scratch$", method: "GET" }, staleSeconds: 100 }] });
    const body = JSON.stringify({ location: "westeurope" });
    expect((await ask(scratch, { method: "PUT", body })).status).toBe(201);
    expect((await ask(scratch)).status).toBe(404);
    expect((await ask(scratch)).status).toBe(200);
  });
});

describe("a watch", () => {
  const watch = () => ask(`${PODS}?watch=true`);

  it("is cut after so many events", async () => {
    await start({ faults: [{ match: { path: "/pods$" }, cutWatch: { afterEvents: 3 } }] });
    const lines = (await (await watch()).text()).trim().split("\n");
    expect(lines).toHaveLength(3);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ type: "ADDED" });
  });

  it("is cut after so long; a list by the same path is not touched", async () => {
    await start({ faults: [{ match: { path: "/pods$" }, cutWatch: { afterSeconds: 30 } }] });
    expect((await ask(PODS)).status).toBe(200);
    const text = (await watch()).text();
    simulator.clock.advance(31);
    expect((await text).length).toBeGreaterThan(0);
  });
});

describe("throttling by buckets", () => {
  it("lets a burst through, then answers 429 with Retry-After, and refills as time passes", async () => {
    await start({ throttling: { reads: { burst: 3, perSecond: 0.1 } } });
    const statuses: number[] = [];
    for (let time = 0; time < 4; time += 1) statuses.push((await ask(GROUP)).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await ask(GROUP);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(await refused.json()).toMatchObject({ error: { code: "SubscriptionRequestsThrottled" } });
    simulator.clock.advance(10);
    expect((await ask(GROUP)).status).toBe(200);
  });

  it("tells what is left, by kind of request", async () => {
    await start({ throttling: { writes: { burst: 5, perSecond: 1 } } });
    const body = JSON.stringify({ location: "westeurope" });
    const written = await ask(`/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-a`, { method: "PUT", body });
    expect(written.headers.get("x-ms-ratelimit-remaining-subscription-writes")).toBe("4");
    expect((await ask(GROUP)).headers.get("x-ms-ratelimit-remaining-subscription-reads")).toBe("11999");
  });
});

describe("a scenario", () => {
  it.each([
    [{ faults: [{ match: { path: "(" }, reset: true }] }, /faults\.0\.match\.path.*regular expression/],
    [{ faults: [{ match: { path: "x" } }] }, /exactly one of answer, reset/],
    [{ faults: [{ match: { path: "x" }, reset: true, truncate: true }] }, /exactly one of/],
    [{ faults: [{ match: { path: "x" }, staleSeconds: 901 }] }, /staleSeconds/],
    [{ operations: [{ match: {} }] }, /exactly one of fail and stuckHours/],
    [{ randomFaults: { rate: 2 } }, /randomFaults\.rate/],
    [{ randomFaults: { rate: 0.1, kinds: ["bad"] } }, /randomFaults\.kinds\.0/],
    [{ quotas: [{ location: "westeurope", family: "x", limit: -1 }] }, /quotas\.0\.limit/],
    [{ chaos: true }, /chaos/],
  ])("says what is wrong in %j", async (scenario, message) => {
    await start({});
    await expect(startSimulator({ scenario })).rejects.toThrow(message);
  });
});
