import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HostLog } from "../log.ts";
import type { HttpHandler, HttpRequest, HttpResponse } from "./handler.ts";

/** The port is taken; the message names it and what to do. */
export class PortInUseError extends Error {
  override readonly name = "PortInUseError";
}

/** A request's body is larger than the endpoint takes. */
export class BodyTooLargeError extends Error {
  override readonly name = "BodyTooLargeError";
  readonly limitBytes: number;

  constructor(limitBytes: number) {
    super(`The body is larger than ${Math.floor(limitBytes / 1024)} KB, the most that this endpoint takes.`);
    this.limitBytes = limitBytes;
  }
}

/** A listening server. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Takes no new requests; resolves when those under way have been answered, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Time that a refused sender gets to read the answer before the connection goes. */
const DRAIN_MS = 1_000;

/**
 * Listens on loopback. `handle` answers each request; what it throws becomes a 500 with an empty body and a log line.
 * Rejects with PortInUseError.
 */
export async function listen(
  port: number,
  log: HostLog,
  handle: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>,
): Promise<Listening> {
  let base = "";
  const server = createServer((request, response) => {
    let url: URL;
    try {
      url = new URL(request.url ?? "/", base);
    } catch {
      response.writeHead(400).end();
      return;
    }
    response.on("error", (error) => log.debug({ path: url.pathname, error: error.message }, "the client went away"));
    handle(request, response, url).catch((error: unknown) => {
      log.error({ method: request.method, path: url.pathname, err: error }, "request failed");
      if (!response.headersSent) response.writeHead(500, { "content-length": "0" });
      response.end();
    });
  });
  // A long poll or a watch may be silent for a while; the host's own functionTimeout bounds invocations.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE" && error.code !== "EACCES") return reject(error);
      const why = error.code === "EADDRINUSE" ? "is in use" : "may not be opened by this user";
      reject(new PortInUseError(`Port ${port} ${why}. Choose another with --port N, or --port 0 for a free one.`));
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  base = `http://127.0.0.1:${actual}`;
  return { url: base, port: actual, close: (graceMs) => closeServer(server, graceMs) };
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Reads a request's body. Rejects with BodyTooLargeError as soon as it is known to be too large. */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limitBytes) throw new BodyTooLargeError(limitBytes);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) throw new BodyTooLargeError(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Refuses a body that was not read to its end: answers, stops reading, and closes the connection a moment later. */
export function refuseBody(request: IncomingMessage, response: ServerResponse, message: string): void {
  response.writeHead(413, { "content-type": "text/plain; charset=utf-8", connection: "close" });
  response.end(message);
  // Closing at once would reset the connection before the sender has read the answer.
  const timer = setTimeout(() => request.socket.destroy(), DRAIN_MS);
  request.socket.once("close", () => clearTimeout(timer));
}

/** Headers of a request, lower-cased, repeated ones joined. */
export function headersOf(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headersDistinct)) {
    if (value) headers[name] = value.join(name === "cookie" ? "; " : ", ");
  }
  return headers;
}

/** Sends an answer of one of the host's own endpoints. */
export function sendResponse(response: ServerResponse, answer: HttpResponse): void {
  const { body } = answer;
  const isText = typeof body === "string";
  const text = body === undefined ? "" : isText ? body : JSON.stringify(body);
  const type = body === undefined ? {} : { "content-type": isText ? "text/plain; charset=utf-8" : "application/json" };
  response.writeHead(answer.status, { ...type, ...answer.headers, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** Answers a request through one of the host's own endpoints, whose bodies have a limit. */
export async function answerWith(
  handler: HttpHandler,
  limitBytes: number,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const own: HttpRequest = {
    method: request.method ?? "GET",
    url,
    headers: headersOf(request),
    body: await readBody(request, limitBytes),
  };
  sendResponse(response, await handler(own));
}
