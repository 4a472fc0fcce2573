import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../host/program.ts";
import { armClient, fetchToken, SUBSCRIPTION, startSimulator, type TestSimulator } from "./start-simulator.ts";

let simulator: TestSimulator;
const folder = temporaryFolder();
afterEach(async () => {
  await simulator.close();
  folder.remove();
});

const CLUSTERS = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.ContainerService/managedClusters`;
const NODES = "/kubernetes/dev-weu/api/v1/nodes";

async function start(faults: readonly object[], stateDirectory?: string): Promise<void> {
  simulator = await startSimulator({ scenario: { faults }, ...(stateDirectory ? { stateDirectory } : {}) });
}

/** Asks with the key that the path needs. */
async function ask(path: string, method = "GET"): Promise<Response> {
  const { url, azure, identityEndpoint, identityHeader } = simulator;
  // Made before the question, so that it is no question more.
  const token = path.startsWith("/kubernetes")
    ? azure.secrets.get("kubernetes/dev-weu")
    : await fetchToken(identityEndpoint, identityHeader);
  const headers = { authorization: `Bearer ${token}` };
  return fetch(`${url}${path}?api-version=2025-08-01`, { method, headers });
}

const statuses = async (path: string, times: number) => {
  const seen: number[] = [];
  for (let time = 0; time < times; time += 1) seen.push((await ask(path)).status);
  return seen;
};

describe("a fault that answers", () => {
  it("throttles Resource Manager with its error body and Retry-After, and only as often as it says", async () => {
    await start([{ match: { path: "managedClusters$" }, count: 2, answer: { status: 429, retryAfterSeconds: 17 } }]);
    const first = await ask(CLUSTERS);
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "17"]);
    expect(await first.json()).toEqual({
      error: { code: "TooManyRequests", message: "The request is being throttled." },
    });
    expect(await statuses(CLUSTERS, 2)).toEqual([429, 200]);
  });

  it.each([
    [500, "InternalServerError"],
    [502, "BadGateway"],
    [503, "ServiceUnavailable"],
    [504, "GatewayTimeout"],
    [418, "InjectedFault"],
  ])("gives the Kubernetes API a Status of %i", async (status, reason) => {
    await start([{ match: { path: "/nodes$" }, answer: { status } }]);
    const response = await ask(NODES);
    expect(response.status).toBe(status);
    expect(response.headers.get("retry-after")).toBeNull();
    expect(await response.json()).toMatchObject({ kind: "Status", status: "Failure", reason, code: status });
  });

  it("is understood by the official SDK", async () => {
    await start([{ match: { path: "managedClusters/dev-weu$" }, answer: { status: 503, retryAfterSeconds: 2 } }]);
    const client = await armClient(simulator);
    await expect(client.managedClusters.get("rg-dev-weu", "dev-weu")).rejects.toMatchObject({
      statusCode: 503,
      code: "ServiceUnavailable",
    });
    await expect(client.managedClusters.get("rg-dev-weu", "dev-weu")).resolves.toMatchObject({ name: "dev-weu" });
  });

  it("hits a change before it is made", async () => {
    const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dev-weu/providers/Microsoft.ContainerService/managedClusters/dev-weu/agentPools/apps/upgradeNodeImageVersion`;
    await start([{ match: { path: "upgradeNodeImageVersion$" }, answer: { status: 500 } }]);
    expect((await ask(path, "POST")).status).toBe(500);
    expect(simulator.azure.runningOperation("dev-weu")).toBeUndefined();
    expect((await ask(path, "POST")).status).toBe(202);
  });
});

describe("the other faults", () => {
  it("a reset breaks the connection without an answer, and the next request is well", async () => {
    await start([{ match: { path: "/nodes$" }, reset: true }]);
    await expect(ask(NODES)).rejects.toThrow("fetch failed");
    expect((await ask(NODES)).status).toBe(200);
  });

  it("a delay holds a request for simulated seconds, and then it is answered as ever", async () => {
    await start([{ match: { path: "/nodes$" }, delaySeconds: 90 }]);
    let answered = false;
    const armed = simulator.clock.pending;
    const answer = ask(NODES).finally(() => {
      answered = true;
    });
    await expect.poll(() => simulator.clock.pending).toBe(armed + 1);
    simulator.clock.advance(89);
    expect((await ask("/kubernetes/dev-weu/api/v1/pods")).status).toBe(200);
    expect(answered).toBe(false);
    simulator.clock.advance(1);
    expect((await answer).status).toBe(200);
  });
});

describe("a rule", () => {
  it("begins with its nth match, and ends after its count", async () => {
    await start([{ match: { path: "/nodes$" }, nth: 2, count: 2, answer: { status: 503 } }]);
    expect(await statuses(NODES, 5)).toEqual([200, 503, 503, 200, 200]);
  });

  it("matches by method, in any case, and by path alone", async () => {
    await start([{ match: { method: "post", path: "/nodes$" }, answer: { status: 503 } }]);
    expect((await ask(NODES)).status).toBe(200);
    expect((await ask("/kubernetes/dev-weu/api/v1/pods", "POST")).status).not.toBe(503);
    expect((await ask(NODES, "POST")).status).toBe(503);
  });

  it("comes first when two match; the second counts all the same", async () => {
    const match = { path: "/nodes$" };
    await start([
      { match, answer: { status: 500 } },
      { match, count: 2, answer: { status: 504 } },
    ]);
    expect(await statuses(NODES, 3)).toEqual([500, 504, 200]);
  });

  it("goes on counting after a restart", async () => {
    const faults = [{ match: { path: "/nodes$" }, nth: 2, answer: { status: 503 } }];
    await start(faults, folder.path);
    expect((await ask(NODES)).status).toBe(200);
    await simulator.close();
    await start(faults, folder.path);
    expect(await statuses(NODES, 2)).toEqual([503, 200]);
  });
});
