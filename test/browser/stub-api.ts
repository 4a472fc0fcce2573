import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { afterEach } from "vitest";

/** The only key that the stub takes. */
export const STUB_KEY = "stub-key_-/==";

/** The stub's own time, far from the browser's. */
export const STUB_NOW_MS = Date.parse("2031-05-05T01:30:00Z");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** How the stub answers a path: with JSON, with something else, or not at all. */
export type StubAnswer =
  | { readonly json: unknown; readonly status?: number }
  | { readonly text: string; readonly type: string; readonly status?: number }
  | "hang up";

/** A small server with the built console, and an API that answers what a test has said. */
export interface StubApi {
  readonly url: string;
  /** What was asked, oldest first: `GET runs?limit=100`. */
  readonly asked: readonly string[];
  /** Bodies that were posted, as JSON. */
  readonly posted: readonly unknown[];
  /** Sets the answer to a method and path below `/api/v1/`, or to all with `*`. */
  answer(what: string, answer: StubAnswer): void;
  /** Sets the instant that the Date header tells. */
  setNow(nowMs: number): void;
  /** From now on takes this key alone. */
  setKey(key: string): void;
}

/** Gives stubs to a file's tests; they end with their test. */
export function useStubApi(consoleDirectory: () => string): () => Promise<StubApi> {
  const open: Array<{ close(): Promise<void> }> = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((stub) => stub.close()));
  });
  return async () => {
    const stub = await startStub(consoleDirectory());
    open.push(stub);
    return stub;
  };
}

async function startStub(directory: string): Promise<StubApi & { close(): Promise<void> }> {
  const answers = new Map<string, StubAnswer>();
  const asked: string[] = [];
  const posted: unknown[] = [];
  let nowMs = STUB_NOW_MS;
  let key = STUB_KEY;
  const server = createServer(async (request, response) => {
    const path = request.url ?? "";
    if (!path.startsWith("/api/v1/")) return serveFile(directory, path, response);
    const what = `${request.method} ${path.slice("/api/v1/".length)}`;
    asked.push(what);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (chunks.length > 0) posted.push(JSON.parse(Buffer.concat(chunks).toString()));
    if (request.headers["x-functions-key"] !== key) return response.writeHead(401).end();
    respond(answers.get("*") ?? answers.get(what), nowMs, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    posted,
    answer: (what, answer) => void answers.set(what, answer),
    setNow: (next) => {
      nowMs = next;
    },
    setKey: (next) => {
      key = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(answer: StubAnswer | undefined, nowMs: number, response: ServerResponse): void {
  response.setHeader("date", new Date(nowMs).toUTCString());
  if (answer === "hang up") return void response.destroy();
  if (answer === undefined) {
    const problem = {
      type: "about:blank",
      title: "Not stubbed",
      status: 404,
      detail: "No test has said what to answer.",
    };
    return void response.writeHead(404, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  }
  const [type, body] =
    "json" in answer ? ["application/json", JSON.stringify(answer.json)] : [answer.type, answer.text];
  response.writeHead(answer.status ?? 200, { "content-type": type }).end(body);
}

function serveFile(directory: string, path: string, response: ServerResponse): void {
  const file = path === "/console" ? "index.html" : path.replace("/console/", "");
  const type = TYPES[extname(file)];
  if (type === undefined || file.includes("/")) return void response.writeHead(404).end();
  response
    .writeHead(200, {
      "content-type": type,
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    })
    .end(readFileSync(join(directory, file)));
}
