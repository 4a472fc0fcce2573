import { AuthorizationManagementClient } from "@azure/arm-authorization";
import { SourceControlConfigurationClient } from "@azure/arm-kubernetesconfiguration";
import { ResourceGraphClient } from "@azure/arm-resourcegraph";
import { ResourceManagementClient } from "@azure/arm-resources";
import type { Simulator } from "../../simulator/simulator.ts";
import { fetchToken, overPlainHttp, SUBSCRIPTION } from "./start-simulator.ts";

type Reached = Pick<Simulator, "url" | "identityEndpoint" | "identityHeader">;

async function connection(simulator: Reached) {
  const token = await fetchToken(simulator.identityEndpoint, simulator.identityHeader);
  const credential = { getToken: async () => ({ token, expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
  const options = { endpoint: simulator.url, retryOptions: { maxRetries: 0 } };
  return { token, credential, options };
}

/** The official client of resource groups, unmodified. */
export async function groupsClient(simulator: Reached): Promise<ResourceManagementClient> {
  const { token, credential, options } = await connection(simulator);
  const client = new ResourceManagementClient(credential, SUBSCRIPTION, options);
  overPlainHttp(client.pipeline, token);
  return client;
}

/** The official client of extensions and Flux configurations, unmodified. */
export async function configurationClient(simulator: Reached): Promise<SourceControlConfigurationClient> {
  const { token, credential, options } = await connection(simulator);
  const client = new SourceControlConfigurationClient(credential, SUBSCRIPTION, options);
  overPlainHttp(client.pipeline, token);
  return client;
}

/** The official client of role assignments, unmodified. */
export async function authorizationClient(simulator: Reached): Promise<AuthorizationManagementClient> {
  const { token, credential, options } = await connection(simulator);
  const client = new AuthorizationManagementClient(credential, SUBSCRIPTION, options);
  overPlainHttp(client.pipeline, token);
  return client;
}

/** The official client of Resource Graph, unmodified. */
export async function graphClient(simulator: Reached): Promise<ResourceGraphClient> {
  const { token, credential, options } = await connection(simulator);
  const client = new ResourceGraphClient(credential, options);
  overPlainHttp(client.pipeline, token);
  return client;
}

/** Everything that a list has, over all its pages. */
export async function allOf<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

/** Polls a poller by hand, five simulated minutes a time. */
export async function drive(
  simulator: { readonly clock: { advance(seconds: number): void } },
  poller: { isDone?: unknown; poll(): Promise<unknown> },
): Promise<void> {
  const isDone = () => (typeof poller.isDone === "function" ? poller.isDone.call(poller) : poller.isDone) === true;
  for (let polls = 0; !isDone(); polls += 1) {
    if (polls > 200) throw new Error("the operation does not end");
    simulator.clock.advance(300);
    await poller.poll();
  }
}
