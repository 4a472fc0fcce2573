import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * Passes a request on to the programming model's own server, byte for byte and in both directions, for apps that set
 * `enableHttpStream`. The invocation that runs beside it is found by its id. Resolves when the answer has been sent.
 */
export function proxyStream(
  streamUrl: string,
  invocationId: string,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const target = new URL(streamUrl);
    const upstream = httpRequest(
      {
        host: target.hostname,
        port: target.port,
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: {
          ...request.headers,
          "x-ms-invocation-id": invocationId,
          "x-forwarded-host": url.host,
          "x-forwarded-proto": "http",
        },
      },
      (answer) => {
        const { "x-ms-invocation-id": _id, date: _date, ...headers } = answer.headers;
        response.writeHead(answer.statusCode ?? 502, headers);
        answer.pipe(response);
        answer.on("error", reject);
      },
    );
    upstream.on("error", reject);
    // Also when the client went away or the function failed: the app's side of the exchange must not wait for ever.
    response.on("close", () => {
      upstream.destroy();
      resolve();
    });
    request.pipe(upstream);
  });
}
