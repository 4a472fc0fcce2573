import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ArmSettings } from "../../adapters/azure/arm-client.ts";
import { readComputeUsages } from "../../adapters/azure/compute-usages.ts";
import { readSubnet } from "../../adapters/azure/subnets.ts";
import { callUrl } from "../../adapters/checks/call-url.ts";
import { noteRequest } from "../infra/roles/used-operations.ts";

const SUBNET = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes";

async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A Resource Manager that answers everything alike. */
async function azure(status: number, body: unknown, asked: string[] = []): Promise<ArmSettings> {
  const endpoint = await serving((request, response) => {
    const { method = "GET", url = "/", headers } = request;
    noteRequest(
      new Request(new URL(url, "http://azure"), { method, headers: { "user-agent": `${headers["user-agent"]}` } }),
    );
    asked.push(`${request.headers.authorization} ${request.url}`);
    response.writeHead(status, { "content-type": "application/json", "retry-after": "17" });
    response.end(JSON.stringify(body));
  });
  return { endpoint, credential: { getToken: async () => ({ token: "t", expiresOnTimestamp: 0 }) } };
}

describe("a read of Resource Manager", () => {
  it("asks with a token and a version, and answers quotas by name", async () => {
    const asked: string[] = [];
    const value = [{ currentValue: 8, limit: 100, name: { value: "cores", localizedValue: "Total" }, unit: "Count" }];
    const arm = await azure(200, { value }, asked);
    const usages = await readComputeUsages(arm, { subscriptionId: "s", location: "westeurope" });
    expect(usages).toEqual([{ name: "cores", used: 8, limit: 100 }]);
    expect(asked).toEqual([
      "Bearer t /subscriptions/s/providers/Microsoft.Compute/locations/westeurope/usages?api-version=2024-07-01",
    ]);
  });

  it.each<[string, object, object]>([
    ["a range", { addressPrefix: "10.0.0.0/24" }, { usable: 251, used: 0 }],
    [
      "two ranges",
      { addressPrefixes: ["10.0.0.0/24", "10.0.1.0/28"], ipConfigurations: [{}, {}] },
      { usable: 262, used: 2 },
    ],
    ["a range of each family", { addressPrefixes: ["10.0.0.0/24", "fd00::/64"] }, { usable: 251 }],
  ])("counts the addresses of a subnet of %s", async (_what, properties, expected) => {
    expect(await readSubnet(await azure(200, { properties }), SUBNET)).toMatchObject(expected);
  });

  it.each<[string, number, unknown, object]>([
    [
      "that nobody granted",
      403,
      { error: { code: "AuthorizationFailed", message: "no right" } },
      { code: "Denied", class: "needs-person" },
    ],
    [
      "that comes too often",
      429,
      { code: "TooManyRequests", message: "slow down" },
      { code: "Throttled", retryAfterSeconds: 17 },
    ],
    ["that fails", 503, "oops", { code: "Unreachable", class: "transient" }],
    ["of another shape", 200, { properties: { addressPrefix: 7 } }, { code: "Invalid" }],
    ["without a range", 200, { properties: {} }, { code: "Invalid" }],
  ])("says what became of one %s", async (_what, status, body, failure) => {
    const read = readSubnet(await azure(status, body), SUBNET);
    await expect(read).rejects.toMatchObject({
      failure: { ...failure, message: expect.stringContaining("could not read subnet nodes") },
    });
  });

  it("is not made for what is no subnet", async () => {
    const asked: string[] = [];
    const arm = await azure(200, {}, asked);
    await expect(readSubnet(arm, `${SUBNET}/../../../secrets`)).rejects.toMatchObject({ failure: { code: "Invalid" } });
    await expect(readSubnet(arm, "https://evil.example/")).rejects.toMatchObject({ failure: { code: "Invalid" } });
    expect(asked).toEqual([]);
  });
});

describe("a check's call", () => {
  it("answers status and body, and follows no redirect", async () => {
    const url = await serving((_request, response) => {
      response.writeHead(302, { location: "http://169.254.169.254/" });
      response.end("moved");
    });
    expect(await callUrl(`${url}/x`, "GET", 10_000)).toEqual({ status: 302, body: "moved" });
  });

  it("reads no more than a page of an endless answer", async () => {
    const url = await serving((_request, response) => {
      const more = () => {
        if (response.destroyed) return;
        response.write("x".repeat(10_000));
        setImmediate(more);
      };
      more();
    });
    expect((await callUrl(url, "GET", 10_000)).body).toHaveLength(64 * 1024);
  });

  it("gives up in time, and names neither query nor secret", async () => {
    const url = await serving(() => {});
    const call = callUrl(`${url}/slow?sig=secret`, "GET", 50);
    await expect(call).rejects.toMatchObject({
      failure: { message: `${url}/slow gave no answer: it took longer than 0.05 s` },
    });
  });

  it("is not made to an address that no check may reach", async () => {
    await expect(callUrl("https://169.254.169.254/", "GET", 1_000)).rejects.toMatchObject({
      failure: { code: "Invalid" },
    });
  });
});
