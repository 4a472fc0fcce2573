import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningApp, runApp } from "./running-app.ts";

let app: RunningApp;
const stateDirectory = mkdtempSync(join(tmpdir(), "drydock-state-"));
beforeAll(async () => {
  app = await runApp("http", { stateDirectory });
});
afterAll(async () => {
  await app?.stop();
  rmSync(stateDirectory, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });
const post = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
  app.request(path, { method: "POST", body, headers });

/** The status that a function answers when a key is presented in the header. */
const statusWith = async (key: string, name: string) => (await get(`/api/${name}`, { "x-functions-key": key })).status;

/** How often a function of the app has been called; each call leaves a line. */
const callsOf = (name: string) =>
  app.lines.filter(({ function: called, msg }) => called === name && msg === "called").length;

describe("routes", () => {
  it.each([
    ["/api/items/pump/42", "item", { kind: "pump", id: "42" }],
    ["/api/items/pump", "item", { kind: "pump" }],
    ["/api/ITEMS/Pump/7", "item", { kind: "Pump", id: "7" }],
    ["/api/items/special/7", "special", {}],
    ["/api/files/a/b%20c.txt", "rest", { path: "a/b c.txt" }],
    ["/api/files", "rest", {}],
    ["/api/echo/", "echo", {}],
  ])("%s is served by %s with its parameters", async (path, name, params) => {
    expect(await (await get(path)).json()).toMatchObject({ function: name, params });
  });

  it.each([
    ["an unknown path", "/api/nothing"],
    ["a parameter that its constraint refuses", "/api/items/pump/x"],
    ["a segment too many", "/api/items/pump/1/2"],
    ["a function outside of the prefix", "/echo"],
    ["a path that cannot be decoded", "/api/%E0%A4%A"],
  ])("%s is answered with 404", async (_what, path) => {
    expect((await get(path)).status).toBe(404);
  });

  it("a method that the function does not list is 404, as in Azure", async () => {
    expect((await app.request("/api/items/pump", { method: "POST" })).status).toBe(404);
    expect((await app.request("/api/echo", { method: "PATCH" })).status).toBe(404);
    expect((await app.request("/api/echo", { method: "DELETE" })).status).toBe(200);
  });

  it("HEAD is served where it is listed, with the headers of the body but not the body", async () => {
    const full = await (await get("/api/files/a")).text();
    const head = await app.request("/api/files/a", { method: "HEAD" });
    expect(head.status).toBe(200);
    // The method is part of the echo and one letter longer than GET.
    expect(Number(head.headers.get("content-length"))).toBe(full.length + 1);
    expect(await head.text()).toBe("");
    expect((await app.request("/api/echo", { method: "HEAD" })).status).toBe(404);
  });
});

describe("routePrefix of host.json", () => {
  it.each([
    ["", "/echo", "/api/echo"],
    ["v1/fleet", "/v1/fleet/echo", "/api/echo"],
  ])("%j serves functions at %s and nothing at %s", async (routePrefix, served, refused) => {
    const prefixed = await runApp("http", { hostJson: { extensions: { http: { routePrefix } } } });
    try {
      expect((await prefixed.request(served)).status).toBe(200);
      expect((await prefixed.request(refused)).status).toBe(404);
    } finally {
      await prefixed.stop();
    }
  });
});

describe("requests and responses", () => {
  it("text, query and headers reach the function", async () => {
    const response = await post("/api/echo?a=1&b=two%20words&a=2", "häuser", { "x-custom": "yes" });
    expect(await response.json()).toMatchObject({
      method: "POST",
      path: "/api/echo",
      query: { b: "two words" },
      custom: "yes",
      text: "häuser",
      contentType: "text/plain;charset=UTF-8",
    });
  });

  it("JSON in, JSON out", async () => {
    const response = await post("/api/sum", "[1, 2, 39]", { "content-type": "application/json" });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toBe(42);
  });

  it("bytes go through unchanged both ways, also those that are no UTF-8", async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const answer = new Uint8Array(await (await post("/api/reverse", bytes)).arrayBuffer());
    expect(Buffer.from(answer).equals(Buffer.from(bytes.toReversed()))).toBe(true);
  });

  it("forms are read, multipart with a file and urlencoded", async () => {
    const form = new FormData();
    form.set("name", "report");
    form.set("file", new Blob(["line 1\nline 2"]), "report.txt");
    expect(await (await post("/api/form", form)).json()).toEqual({ name: "report", content: "line 1\nline 2" });
    const encoded = new URLSearchParams({ name: "a&b" });
    expect(await (await post("/api/form", encoded)).json()).toEqual({ name: "a&b", content: null });
  });

  it("status, headers, cookies and body are the function's", async () => {
    const response = await get("/api/shaped");
    expect(response.status).toBe(418);
    expect(response.headers.get("x-shape")).toBe("teapot");
    expect(response.headers.getSetCookie()).toEqual(["one=1; Path=/; HttpOnly; SameSite=Strict", "two=2; Max-Age=60"]);
    expect(await response.text()).toBe("short and stout");
  });

  it("a function that returns nothing is answered with 204", async () => {
    expect((await get("/api/silent")).status).toBe(204);
  });

  it("a function that throws is answered with 500 and no word about why, which stands in the log", async () => {
    const response = await get("/api/broken");
    expect(response.status).toBe(500);
    expect(await response.text()).toBe("");
    const line = await app.until(({ level, function: name }) => level === 50 && name === "broken");
    expect(JSON.stringify(line)).toContain("the database is on fire");
  });

  it("an unreadable JSON body is the function's error, and the host goes on", async () => {
    expect((await post("/api/sum", "{not json")).status).toBe(500);
    expect((await post("/api/sum", "[1]")).status).toBe(200);
  });

  it("a body over 100 MB is refused with 413, a log line, and no call of the function", async () => {
    const earlier = callsOf("echo");
    const status = await announceBody("/api/echo", 100 * 1024 * 1024 + 1);
    expect(status).toBe(413);
    const line = await app.until(({ msg }) => msg.startsWith("refused with 413"));
    expect(line).toMatchObject({ level: 40, function: "echo", path: "/api/echo" });
    expect(callsOf("echo")).toBe(earlier);
    await get("/api/echo");
    expect(callsOf("echo")).toBe(earlier + 1);
  });
});

/** Announces a body of some size and sends none of it; answers the status that comes back. */
function announceBody(path: string, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(app.host.url + path, { method: "POST", headers: { "content-length": size } });
    request.on("response", (response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    request.on("error", reject);
    request.flushHeaders();
  });
}

describe("keys", () => {
  it("the level anonymous needs none", async () => {
    expect((await get("/api/echo")).status).toBe(200);
  });

  it("the level function is opened by the host key and the master key, in the header or as code", async () => {
    const { keys } = app.host;
    for (const key of [keys.host, keys.master]) {
      expect(await statusWith(key, "guarded")).toBe(200);
      expect((await get(`/api/guarded?code=${encodeURIComponent(key)}`)).status).toBe(200);
    }
  });

  it("a function's own key, kept in the state folder, opens that function and no other", async () => {
    const kept = JSON.parse(readFileSync(join(stateDirectory, "keys.json"), "utf8"));
    expect(await statusWith(kept.functions.guarded.default, "guarded")).toBe(200);
    expect(await statusWith(kept.functions.guarded.default, "neighbour")).toBe(401);
    expect(await statusWith(kept.functions.guarded.default, "owners")).toBe(401);
  });

  it("the level admin is opened by the master key alone", async () => {
    expect(await statusWith(app.host.keys.master, "owners")).toBe(200);
    expect(await statusWith(app.host.keys.host, "owners")).toBe(401);
    expect((await get("/api/owners")).status).toBe(401);
  });

  it.each([
    ["no key", {}],
    ["a wrong key", { "x-functions-key": "wrong" }],
    ["an empty key", { "x-functions-key": "" }],
  ])("%s is refused with 401, an empty body, a log line, and no call of the function", async (_what, headers) => {
    const earlier = callsOf("guarded");
    const response = await get("/api/guarded", headers as Record<string, string>);
    expect(response.status).toBe(401);
    expect(await response.text()).toBe("");
    const refusals = app.lines.filter(({ msg }) => msg.startsWith("refused with 401"));
    expect(refusals.at(-1)).toMatchObject({ level: 40, function: "guarded", path: "/api/guarded" });
    expect(callsOf("guarded")).toBe(earlier);
  });

  it("a system key opens no function", async () => {
    expect(await statusWith(app.host.keys.system("eventgrid_extension"), "guarded")).toBe(401);
  });

  it("a key in the header comes before one in the query", async () => {
    const { master } = app.host.keys;
    expect((await get("/api/guarded?code=wrong", { "x-functions-key": master })).status).toBe(200);
    expect((await get(`/api/guarded?code=${master}`, { "x-functions-key": "wrong" })).status).toBe(401);
  });

  it("keys never reach the log", () => {
    const { keys } = app.host;
    const log = JSON.stringify(app.lines);
    expect(log).toContain("refused with 401");
    for (const key of [keys.master, keys.host, keys.system("durabletask_extension")]) expect(log).not.toContain(key);
  });
});
