import type { Agent, IncomingMessage } from "node:http";
import type { AgentOptions, RequestOptions } from "node:https";

// An import of node:http in a module reads every one of its exports, among them one that loads a whole WebSocket client: that
// would be a tenth of the time in which a drain begins.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

/** Requests on their way at the same time; each takes a connection of its own. */
const CONNECTIONS_MAX = 12;
/** How long an answer may take. */
const ANSWER_TIMEOUT_MS = 30_000;
/** A watch that is silent for longer than two of the server's bookmarks (one a minute) is dead. */
const SILENCE_MAX_MS = 150_000;

/** A question to a Kubernetes API server. */
export interface ApiCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "PUT";
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  /** application/json without it. */
  readonly contentType?: string;
  /** What of the answer is read; the rest is let go. All of it when left out. */
  readonly limitBytes?: number;
}

/** What came back, whatever its status. */
export interface ApiAnswer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterSeconds: number | null;
}

/** Speaks HTTP with one cluster's API server, signed in. Rejects with the network's error when there is no answer. */
export interface KubernetesTransport {
  ask(call: ApiCall): Promise<ApiAnswer>;
  /**
   * Reads an answer line by line while it comes; resolves when the server ends it or the signal is raised, with its status
   * and, if that is not 200, what it said.
   */
  follow(path: string, onLine: (line: string) => void, signal: AbortSignal): Promise<ApiAnswer>;
  /** Ends every connection. */
  close(): void;
}

/** How one API server is reached: its URL, and what each request is sent with. */
export interface ApiServer {
  readonly url: string;
  /** TLS settings and headers; asked for anew with each request, because tokens expire. An agent in it is used as it is. */
  readonly options: () => Promise<RequestOptions>;
  /** TLS settings and proxies of the connections, where `options` brings no agent. */
  readonly agentOptions?: AgentOptions;
}

/** Opens the way to an API server; nothing is sent yet. Connections are kept and used again. */
export function openTransport(server: ApiServer): KubernetesTransport {
  const base = new URL(server.url);
  const { request: send, Agent: Pool } = base.protocol === "https:" ? https : http;
  const calls = new Pool({ keepAlive: true, maxSockets: CONNECTIONS_MAX, ...server.agentOptions });
  const streams = new Pool({ ...server.agentOptions });

  async function start(call: ApiCall, timeoutMs: number, agent: Agent, signal?: AbortSignal) {
    const own = await server.options();
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const { path = "" } = call;
    const options: RequestOptions = {
      agent,
      ...own,
      method: call.method,
      timeout: timeoutMs,
      headers: {
        accept: "application/json",
        "user-agent": "drydock",
        ...own.headers,
        ...(body === undefined
          ? {}
          : { "content-type": call.contentType ?? "application/json", "content-length": Buffer.byteLength(body) }),
      } as NonNullable<RequestOptions["headers"]>,
      ...(signal ? { signal } : {}),
    };
    return new Promise<IncomingMessage>((resolve, reject) => {
      const request = send(new URL(base.pathname.replace(/\/$/, "") + path, base), options, resolve);
      request.once("timeout", () => request.destroy(new Error(`no answer within ${timeoutMs / 1_000} s`)));
      request.once("error", reject);
      request.end(body);
    });
  }

  return {
    async ask(call) {
      const response = await start(call, ANSWER_TIMEOUT_MS, calls);
      return answerOf(response, await readAll(response, call.limitBytes));
    },
    async follow(path, onLine, signal) {
      try {
        const response = await start({ method: "GET", path }, SILENCE_MAX_MS, streams, signal);
        if (response.statusCode !== 200) return answerOf(response, await readAll(response));
        await readLines(response, onLine);
        return answerOf(response, "");
      } catch (error) {
        if (signal.aborted) return { status: 200, text: "", retryAfterSeconds: null };
        throw error;
      }
    },
    close() {
      calls.destroy();
      streams.destroy();
    },
  };
}

function answerOf(response: IncomingMessage, text: string): ApiAnswer {
  const header = response.headers["retry-after"];
  const seconds = header === undefined ? Number.NaN : Number(header);
  return {
    status: response.statusCode ?? 0,
    text,
    retryAfterSeconds: Number.isFinite(seconds) && seconds >= 0 ? seconds : null,
  };
}

async function readAll(response: IncomingMessage, limitBytes = Number.POSITIVE_INFINITY): Promise<string> {
  const chunks: Buffer[] = [];
  let left = limitBytes;
  for await (const chunk of response) {
    chunks.push((chunk as Buffer).subarray(0, left));
    left -= (chunk as Buffer).length;
    // Leaving the loop ends the connection.
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString();
}

async function readLines(response: IncomingMessage, onLine: (line: string) => void): Promise<void> {
  response.setEncoding("utf8");
  let rest = "";
  for await (const chunk of response) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") onLine(line);
  }
}
