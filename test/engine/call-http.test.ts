import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHarness, START_MS } from "./harness.ts";

let server: Server | undefined;
afterEach(() => server?.close());

/** Serves on a free port; answers its origin. */
async function serve(
  handler: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<string> {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => handler(request, body, response));
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function callingHarness(origin: string, path = "/start") {
  return createHarness((df) => {
    df.app.activity("echo", { handler: (input: unknown) => input });
    df.app.orchestration("calling", function* (context) {
      const response = yield context.df.callHttp({
        method: "POST",
        url: `${origin}${path}`,
        body: { a: 1 },
        headers: { "x-test": "yes" },
      });
      return {
        status: response.statusCode,
        content: response.content,
        after: yield context.df.callActivity("echo", "next"),
      };
    });
  });
}

describe("callHttp", () => {
  it("polls a 202 at its Location, as often and as late as Retry-After says, and numbers later tasks right", async () => {
    const seen: string[] = [];
    const origin = await serve((request, body, response) => {
      seen.push(`${request.method} ${request.url} ${body} ${request.headers["x-test"]}`);
      if (request.url === "/start") response.writeHead(202, { location: "/status", "retry-after": "60" }).end();
      else if (seen.length < 4) response.writeHead(202, { location: `${origin}/status` }).end();
      else response.writeHead(200).end("finished");
    });
    const harness = callingHarness(origin);
    const ended = await harness.run("calling");
    expect(ended.output).toEqual({ status: 200, content: "finished", after: "next" });
    expect(seen).toEqual(['POST /start {"a":1} yes', "GET /status  yes", "GET /status  yes", "GET /status  yes"]);
    expect(harness.clock.nowMs()).toBe(START_MS + 60_000 + 2 * 30_000);
  });

  it("hands any other status to the orchestrator", async () => {
    const origin = await serve((_request, _body, response) => response.writeHead(503).end("busy"));
    expect((await callingHarness(origin).run("calling")).output).toEqual({
      status: 503,
      content: "busy",
      after: "next",
    });
  });

  it("fails the call when nobody answers, naming the origin and not the path", async () => {
    const origin = await serve(() => {});
    server?.close();
    const ended = await callingHarness(origin, "/secret?code=123").run("calling");
    expect(ended.status).toBe("Failed");
    expect(ended.output).toContain(`POST ${origin} got no answer`);
    expect(ended.output).not.toContain("123");
  });
});
