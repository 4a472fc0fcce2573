import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { describe, expect, it, onTestFinished } from "vitest";
import { queryPrometheus } from "../../adapters/prometheus/instant-query.ts";
import { prometheusSchema } from "../../domain/slo.ts";

const ANSWER = '{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"0.5"]}]}}';

/** A server that answers every request alike, and what it was asked. */
async function answering(status: number, body: string): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(status, { location: "https://elsewhere.example.com" }).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** An access whose token and kubeconfig are told apart. */
function access(server: string) {
  const scopes: unknown[] = [];
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: "c", server, skipTLSVerify: true }, { name: "u", token: "cluster-token" });
  const credential = {
    getToken: async (scope: string | string[]) => {
      scopes.push(scope);
      return { token: "entra-token", expiresOnTimestamp: 0 };
    },
  };
  return { scopes, credential, kubeconfig: async () => config };
}

const question = (source: object) => ({ source: prometheusSchema.parse(source), query: 'up{a="b c"}', asked: "ask" });

describe("a Prometheus is asked", () => {
  it("at its endpoint with the app's token for the audience", async () => {
    const { url, asked } = await answering(200, ANSWER);
    const who = access(url);
    const source = { endpoint: `${url}/prometheus/`, audience: "https://prometheus.monitor.azure.com" };
    expect(await queryPrometheus(who, question(source))).toEqual([{ labels: {}, value: 0.5 }]);
    expect(asked[0]?.url).toBe("/prometheus/api/v1/query?query=up%7Ba%3D%22b%20c%22%7D");
    expect(asked[0]?.headers.authorization).toBe("Bearer entra-token");
    expect(who.scopes).toEqual(["https://prometheus.monitor.azure.com/.default"]);
  });

  it("without a token where none is wanted", async () => {
    const { url, asked } = await answering(200, ANSWER);
    const who = access(url);
    await queryPrometheus(who, question({ endpoint: url, audience: "" }));
    expect(asked[0]?.headers.authorization).toBeUndefined();
    expect(who.scopes).toEqual([]);
  });

  it("in the cluster through its API server, which never sees the app's token", async () => {
    const { url, asked } = await answering(200, ANSWER);
    const who = access(url);
    expect(await queryPrometheus(who, question({ service: "monitoring/prometheus:9090" }))).toHaveLength(1);
    expect(asked[0]?.url).toMatch(
      /^\/api\/v1\/namespaces\/monitoring\/services\/http:prometheus:9090\/proxy\/api\/v1\/query\?query=up/,
    );
    expect(asked[0]?.headers.authorization).toBe("Bearer cluster-token");
    expect(who.scopes).toEqual([]);
  });

  it("and not followed elsewhere", async () => {
    const { url, asked } = await answering(302, "");
    await expect(queryPrometheus(access(url), question({ endpoint: url, audience: "" }))).rejects.toThrow(
      /could not ask: the answer was 302/,
    );
    expect(asked).toHaveLength(1);
  });

  it("and says when nobody is there", async () => {
    const source = { endpoint: "http://127.0.0.1:9", audience: "" };
    await expect(queryPrometheus(access(""), question(source))).rejects.toThrow(/gave no answer/);
  });
});
