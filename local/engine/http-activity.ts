import type { DurableHttpRequest } from "./actions.ts";

/** How long one request of `callHttp` may take (Durable Functions' default is 100 s). */
const REQUEST_TIMEOUT_MS = 100_000;

/**
 * Performs a request that an orchestrator made with `callHttp` and answers the response as JSON text. Any status is an
 * answer; only a request that gets none fails. Redirects are followed, as the extension's HttpClient does.
 */
export async function performHttpRequest(input: string): Promise<string> {
  const request = JSON.parse(input) as DurableHttpRequest;
  const headers = new Headers(request.headers);
  if (request.tokenSource)
    headers.set("authorization", `Bearer ${await managedIdentityToken(request.tokenSource.resource)}`);
  let response: Response;
  try {
    response = await fetch(request.uri, {
      method: request.method,
      headers,
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(request.content === undefined ? {} : { body: request.content }),
    });
  } catch (error) {
    const cause = (error as Error).cause;
    const why = cause instanceof Error ? cause.message : (error as Error).message;
    throw new Error(`${request.method} ${new URL(request.uri).origin} got no answer: ${why}`, { cause: error });
  }
  return JSON.stringify({
    statusCode: response.status,
    headers: Object.fromEntries(response.headers),
    content: await response.text(),
  });
}

/** A token for a resource from App Service's managed identity endpoint, where the environment names one. */
async function managedIdentityToken(resource: string): Promise<string> {
  const endpoint = process.env.IDENTITY_ENDPOINT;
  const secret = process.env.IDENTITY_HEADER;
  if (!endpoint || !secret) {
    throw new Error(
      "callHttp asked for a managed identity token, but IDENTITY_ENDPOINT and IDENTITY_HEADER are not set.",
    );
  }
  const url = new URL(endpoint);
  url.searchParams.set("api-version", "2019-08-01");
  url.searchParams.set("resource", resource);
  const response = await fetch(url, { headers: { "X-IDENTITY-HEADER": secret } });
  const body = (await response.json()) as { access_token?: unknown };
  if (!response.ok || typeof body.access_token !== "string") {
    throw new Error(`The managed identity endpoint answered ${response.status} without a token for ${resource}.`);
  }
  return body.access_token;
}
