import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { connect } from "node:net";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverCertificate } from "../../simulator/tls/server-certificate.ts";
import { temporaryFolder } from "../host/program.ts";
import {
  armClient,
  fetchToken,
  kubeConfig,
  SUBSCRIPTION,
  startSimulator,
  type TestSimulator,
} from "./start-simulator.ts";

let folder: ReturnType<typeof temporaryFolder>;
let simulator: TestSimulator;
beforeEach(async () => {
  folder = temporaryFolder();
  simulator = await startSimulator({ stateDirectory: folder.path });
});
afterEach(async () => {
  await simulator.close();
  folder.remove();
});

const secureUrl = () => simulator.url.replace("http:", "https:");
const authority = () => serverCertificate(simulator.azure.secrets).certificate;

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Asks over TLS; the server's certificate must be signed by `ca`. */
function ask(url: string, options: { ca?: string; method?: string; headers?: Record<string, string>; agent?: Agent }) {
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

async function secureKubeConfig(): Promise<KubeConfig> {
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const path = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-dev-weu/providers/Microsoft.ContainerService/managedClusters/dev-weu/listClusterUserCredential?api-version=2025-08-01`;
  const headers = { authorization: `Bearer ${token}` };
  const { body } = await ask(secureUrl() + path, { ca: authority(), method: "POST", headers });
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(JSON.parse(body).kubeconfigs[0].value, "base64").toString());
  return config;
}

describe("one port", () => {
  it("speaks http and https, on connections that are kept, side by side", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: authority() });
    for (let round = 0; round < 3; round += 1) {
      const secure = await ask(`${secureUrl()}/simulator/status`, { agent });
      const plain = await fetch(`${simulator.url}/simulator/status`);
      expect([secure.status, plain.status]).toEqual([200, 200]);
      expect(JSON.parse(secure.body)).toEqual(await plain.json());
    }
    agent.destroy();
  });

  it("has a certificate for 127.0.0.1 that only its own authority vouches for, and keeps it over restarts", async () => {
    const before = authority();
    const certificate = new X509Certificate(before);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    await expect(ask(`${secureUrl()}/simulator/status`, {})).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
    await simulator.close();
    simulator = await startSimulator({ stateDirectory: folder.path });
    expect(authority()).toBe(before);
    expect((await ask(`${secureUrl()}/simulator/status`, { ca: before })).status).toBe(200);
  });

  it("stands a connection that says nothing, and one that breaks off in the handshake", async () => {
    const { port } = new URL(simulator.url);
    const silent = connect(Number(port), "127.0.0.1");
    const broken = connect(Number(port), "127.0.0.1");
    await new Promise((resolve) => broken.once("connect", resolve));
    await new Promise((resolve) => broken.write(Buffer.from([0x16, 0x03, 0x01, 0x00]), resolve));
    broken.destroy();
    expect((await fetch(`${simulator.url}/simulator/status`)).status).toBe(200);
    expect((await ask(`${secureUrl()}/simulator/status`, { ca: authority() })).status).toBe(200);
    silent.destroy();
  });
});

describe("credentials", () => {
  it("asked for over https are for https, with the authority; the official client takes them", async () => {
    const config = await secureKubeConfig();
    expect(config.getCurrentCluster()).toMatchObject({
      server: `${secureUrl()}/kubernetes/dev-weu`,
      caData: Buffer.from(authority()).toString("base64"),
      skipTLSVerify: false,
    });
    const { items } = await config.makeApiClient(CoreV1Api).listNode();
    expect(items).toHaveLength(3);
  });

  it("asked for over http stay on http", async () => {
    const config = await kubeConfig(await armClient(simulator), "dev-weu");
    expect(config.getCurrentCluster()?.server).toBe(`${simulator.url}/kubernetes/dev-weu`);
  });
});
