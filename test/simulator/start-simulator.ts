import { fileURLToPath } from "node:url";
import { ContainerServiceClient } from "@azure/arm-containerservice";
import { KubeConfig } from "@kubernetes/client-node";
import { parseScenario } from "../../simulator/faults/scenario.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { noteRequest } from "../infra/roles/used-operations.ts";
import { checkAgainstReference } from "./contract/arm-reference.ts";
import { createCheckedSimulator } from "./contract/checked-simulator.ts";
import { ManualClock } from "./manual-clock.ts";

export const SUBSCRIPTION = "11111111-2222-3333-4444-555555555555";
export const FLEET = fileURLToPath(new URL("../../fleet", import.meta.url));

/** A simulator in this process whose time the test moves. Closing it fails when an answer was not as the references have it. */
export interface TestSimulator extends Simulator {
  readonly clock: ManualClock;
}

export async function startSimulator(
  options: {
    scenario?: unknown;
    stateDirectory?: string;
    seed?: number;
    clock?: ManualClock;
    fleetDirectory?: string;
  } = {},
): Promise<TestSimulator> {
  const clock = options.clock ?? new ManualClock();
  const simulator = await createCheckedSimulator({
    onAnswer: (request) => noteRequest(request, { azureOnly: true }),
    fleetDirectory: options.fleetDirectory ?? FLEET,
    stateDirectory: options.stateDirectory,
    port: 0,
    seed: options.seed ?? 7,
    clock,
    scenario: parseScenario(options.scenario ?? {}, "test"),
    logLevel: "error",
  });
  return { ...simulator, clock };
}

/** A token of the managed identity, got as an app in App Service gets it. */
export async function fetchToken(endpoint: string, header: string): Promise<string> {
  const url = `${endpoint}?resource=https://management.azure.com/&api-version=2019-08-01`;
  const response = await fetch(url, { headers: { "x-identity-header": header } });
  const body = (await response.json()) as { access_token: string };
  return body.access_token;
}

/** The official client, unmodified. Its bearer policy refuses plain http, so the header is added by a policy of ours. */
export async function armClient(simulator: Pick<Simulator, "url" | "identityEndpoint" | "identityHeader">) {
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  const client = new ContainerServiceClient(credential, SUBSCRIPTION, {
    endpoint: simulator.url,
    retryOptions: { maxRetries: 0 },
  });
  overPlainHttp(client.pipeline, token);
  return client;
}

/** Lets an official client speak to the simulator, and compares every answer with the references. */
export function overPlainHttp(pipeline: ContainerServiceClient["pipeline"], token: string): void {
  pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  pipeline.addPolicy({
    name: "tokenOverPlainHttp",
    async sendRequest(request, next) {
      request.allowInsecureConnection = true;
      request.headers.set("authorization", `Bearer ${token}`);
      const response = await next(request);
      const path = new URL(request.url).pathname;
      checkAgainstReference(request.method, path, response.status, response.bodyAsText ?? "");
      return response;
    },
  });
}

/** The kubeconfig that Resource Manager hands out, loaded by the official client. */
export async function kubeConfig(client: ContainerServiceClient, cluster: string): Promise<KubeConfig> {
  const { kubeconfigs = [] } = await client.managedClusters.listClusterAdminCredentials(`rg-${cluster}`, cluster);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(kubeconfigs[0]?.value ?? []).toString());
  return config;
}
