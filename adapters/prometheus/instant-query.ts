import type { TokenCredential } from "@azure/identity";
import type { KubeConfig } from "@kubernetes/client-node";
import { DrydockError } from "../../domain/errors.ts";
import { type PrometheusSource, type PromSample, serviceParts } from "../../domain/slo.ts";
import { azureFailure } from "../azure/azure-failure.ts";
import { callGuarded } from "../checks/call-url.ts";
import { serverOf } from "../kubernetes/drain/client-server.ts";
import { openTransport } from "../kubernetes/drain/transport.ts";
import { kubernetesFailure } from "../kubernetes/kubernetes-failure.ts";
import { readAnswer } from "./query-answer.ts";

const ANSWER_MS = 30_000;

/** A question to a Prometheus, as of now. */
export interface InstantQuery {
  readonly source: PrometheusSource;
  readonly query: string;
  /** As in `ask SLO errors of prod-weu`. */
  readonly asked: string;
}

/** Who asks, and how the cluster's own API server is reached. */
export interface QueryAccess {
  readonly credential: TokenCredential;
  readonly kubeconfig: () => Promise<KubeConfig>;
}

/** Asks a Prometheus. Throws DrydockError when there is no answer, or none of a Prometheus. */
export async function queryPrometheus(access: QueryAccess, question: InstantQuery): Promise<PromSample[]> {
  const { source, asked, query } = question;
  const path = `/api/v1/query?query=${encodeURIComponent(query)}`;
  const answer =
    source.service === undefined
      ? await callEndpoint(access, source, path, asked)
      : await callService(await access.kubeconfig(), source, path, asked);
  return readAnswer(answer, asked);
}

async function callEndpoint({ credential }: QueryAccess, source: PrometheusSource, path: string, asked: string) {
  const { endpoint = "", audience } = source;
  const headers: Record<string, string> = { accept: "application/json" };
  if (audience !== "") {
    const token = await tokenFor(credential, audience, asked);
    headers.authorization = `Bearer ${token}`;
  }
  return callGuarded(`${endpoint.replace(/\/+$/, "")}${path}`, { method: "GET", timeoutMs: ANSWER_MS, headers });
}

async function tokenFor(credential: TokenCredential, audience: string, asked: string): Promise<string> {
  try {
    const token = await credential.getToken(`${audience.replace(/\/$/, "")}/.default`);
    if (token) return token.token;
  } catch (error) {
    throw azureFailure(error, `get a token to ${asked}`);
  }
  const message = `could not ${asked}: there is no token for ${audience}; give the app's identity Monitoring Data Reader`;
  throw new DrydockError({ class: "needs-person", code: "Denied", message, retryAfterSeconds: null });
}

async function callService(
  config: KubeConfig,
  { service = "", scheme }: PrometheusSource,
  path: string,
  asked: string,
) {
  const { namespace, name, port } = serviceParts(service);
  const transport = openTransport(serverOf(config));
  try {
    const proxied = `/api/v1/namespaces/${namespace}/services/${scheme}:${name}:${port}/proxy${path}`;
    const { status, text } = await transport.ask({ method: "GET", path: proxied });
    return { status, body: text };
  } catch (error) {
    throw kubernetesFailure(error, asked);
  } finally {
    transport.close();
  }
}
