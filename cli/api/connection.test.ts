import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityOf } from "../programs/process-identity.ts";
import { findConnection } from "./connection.ts";

const HOST_URL = "http://127.0.0.1:7071";
let state = "";

/** A state folder with a session whose app is the process of this test, or one that has ended. */
function keepSession(identity = identityOf(process.pid)): void {
  const host = { program: "host", pid: process.pid, identity };
  writeFileSync(
    join(state, "processes.json"),
    JSON.stringify({ pid: process.pid, hostUrl: HOST_URL, children: [host] }),
  );
  const clock = { speed: 1, realMs: 0, virtualMs: 3_600_000, lastRealMs: 0 };
  const event = { id: "1", topic: "t", subject: "s", eventType: "e", eventTime: "2026-11-21T08:00:00Z", data: {} };
  const run = { id: "upgrade-1", event: { ...event, dataVersion: "1", metadataVersion: "1" } };
  const session = { version: 1, seed: 1, scenario: null, clock, simulatorPort: null, run };
  writeFileSync(join(state, "session.json"), JSON.stringify(session));
  mkdirSync(join(state, "host"));
  const keys = { host: { default: "local-key" }, system: { eventgrid_extension: "other" } };
  writeFileSync(join(state, "host", "keys.json"), JSON.stringify(keys));
}

beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "drydock-state-"));
});
afterEach(() => rmSync(state, { recursive: true }));

describe("the app is found", () => {
  it("in the session that runs, with its key and its time", () => {
    keepSession();
    const { url, key, nowMs } = findConnection({ state }, {});
    expect({ url, key }).toEqual({ url: HOST_URL, key: "local-key" });
    expect(nowMs() - Date.now()).toBeGreaterThan(3_500_000);
  });

  it("by the flags before the environment, and by that before the session", () => {
    keepSession();
    const environment = { DRYDOCK_URL: "https://env.example.com/", DRYDOCK_KEY: "env-key" };
    expect(findConnection({ state }, environment)).toMatchObject({ url: "https://env.example.com", key: "env-key" });
    const flags = { state, url: "https://flag.example.com", key: "flag-key" };
    expect(findConnection(flags, environment)).toMatchObject({ url: "https://flag.example.com", key: "flag-key" });
  });

  it("without the session's key where it is not on this machine: that key stays here", () => {
    keepSession();
    expect(() => findConnection({ state, url: "https://drydock.example.com" }, {})).toThrow(
      /no key for https:\/\/drydock/,
    );
    expect(findConnection({ state, url: "http://localhost:7071" }, {})).toMatchObject({ key: "local-key" });
  });

  it("not in a session that has ended", () => {
    keepSession("another process of the same id");
    expect(() => findConnection({ state }, {})).toThrow(/No app is running here/);
  });
});
