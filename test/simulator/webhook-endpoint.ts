import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as a webhook got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A webhook that consents to every handshake, keeps its requests, and answers notifications as it is told. */
export interface WebhookEndpoint {
  readonly url: string;
  readonly received: ReceivedRequest[];
  /** What each next notification is answered with; 200 when there is nothing left. A promise is awaited. */
  readonly answers: Array<Answer | Promise<Answer>>;
  handshake(request: ReceivedRequest): Answer;
  /** The events of all notifications, in their order. */
  events(): Array<Record<string, unknown>>;
  notifications(): ReceivedRequest[];
  close(): Promise<void>;
}

export async function startWebhook(): Promise<WebhookEndpoint> {
  const endpoint: Omit<WebhookEndpoint, "url" | "close"> = {
    received: [],
    answers: [],
    handshake: consent,
    notifications: () =>
      endpoint.received.filter(
        ({ method, headers }) => method === "POST" && headers["aeg-event-type"] === "Notification",
      ),
    events: () =>
      endpoint.notifications().flatMap(({ text }) => {
        const body = JSON.parse(text) as Record<string, unknown> | Array<Record<string, unknown>>;
        return Array.isArray(body) ? body : [body];
      }),
  };
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const received = { method: request.method ?? "", headers: request.headers, text };
    endpoint.received.push(received);
    const isNotification = request.headers["aeg-event-type"] === "Notification";
    const answer = isNotification ? await (endpoint.answers.shift() ?? { status: 200 }) : endpoint.handshake(received);
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(endpoint, {
    url: `http://127.0.0.1:${port}/hook?code=secret`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

/** Consents in both schemas. */
export function consent({ method, text }: ReceivedRequest): Answer {
  if (method === "OPTIONS") {
    return { status: 200, headers: { "webhook-allowed-origin": "eventgrid.azure.net", "webhook-allowed-rate": "120" } };
  }
  const [event] = JSON.parse(text) as [{ data: { validationCode: string } }];
  return { status: 200, body: JSON.stringify({ validationResponse: event.data.validationCode }) };
}
