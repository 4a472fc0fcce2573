import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningApp, runApp } from "./running-app.ts";

let app: RunningApp;
beforeAll(async () => {
  app = await runApp("http-stream");
});
afterAll(() => app?.stop());

describe("an app with enableHttpStream", () => {
  it("gets a body in pieces and answers in pieces, each before the next is sent", async () => {
    const request = httpRequest(`${app.host.url}/api/shout/me`, { method: "POST" });
    request.write("one");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    const pieces = response.setEncoding("utf8")[Symbol.asyncIterator]();
    expect((await pieces.next()).value).toBe("me: ONE\n");
    request.write("two");
    expect((await pieces.next()).value).toBe("me: TWO\n");
    request.end();
    expect((await pieces.next()).done).toBe(true);
  });

  it("reads a large body and sets status and headers", async () => {
    const response = await app.request("/api/sum?q=deep", { method: "POST", body: new Uint8Array(8 * 1024 * 1024) });
    expect(response.status).toBe(201);
    expect(response.headers.get("x-bytes")).toBe(String(8 * 1024 * 1024));
    expect(response.headers.has("x-ms-invocation-id")).toBe(false);
    expect(await response.json()).toEqual({ bytes: 8 * 1024 * 1024, query: "deep" });
  });

  it("keeps its keys and its 404", async () => {
    expect((await app.request("/api/guarded")).status).toBe(401);
    const opened = await app.request("/api/guarded", { headers: { "x-functions-key": app.host.keys.host } });
    expect(await opened.text()).toBe("open");
    expect((await app.request("/api/nothing")).status).toBe(404);
  });

  it("a function that throws is 500 with the reason in the log, and the next request is served", async () => {
    const response = await app.request("/api/broken");
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("no stream today");
    const line = await app.until(({ level, function: name }) => level === 50 && name === "broken");
    expect(JSON.stringify(line)).toContain("no stream today");
    expect((await app.request("/api/sum", { method: "POST", body: "x" })).status).toBe(201);
  });

  it("a client that goes away ends the body that its function reads", async () => {
    const earlier = app.lines.length;
    const request = httpRequest(`${app.host.url}/api/sum`, { method: "POST" });
    request.on("error", () => undefined);
    request.write("half of it");
    await app.until((line) => line.msg === "the body begins" && app.lines.indexOf(line) >= earlier);
    request.destroy();
    expect(await app.until(({ msg }) => msg === "the body broke off")).toMatchObject({ function: "sum" });
    expect((await app.request("/api/sum", { method: "POST", body: "x" })).status).toBe(201);
  });
});
