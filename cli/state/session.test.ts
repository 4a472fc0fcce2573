import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSession, type SessionFacts, writeSession } from "./session.ts";

const facts: SessionFacts = {
  seed: 1,
  scenario: null,
  clock: { speed: 60, realMs: 1, virtualMs: 2, lastRealMs: 3 },
  simulatorPort: 40_000,
  run: {
    id: "upgrade-1",
    event: {
      id: "e",
      topic: "/subscriptions/s",
      subject: "dev",
      eventType: "T",
      eventTime: "2026-11-21T12:00:00Z",
      data: {},
      dataVersion: "1",
      metadataVersion: "1",
    },
  },
};
let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "drydock-session-"));
  file = join(directory, "session.json");
});
afterEach(() => rmSync(directory, { recursive: true }));

describe("session.json", () => {
  it("comes back as it was kept", () => {
    const kept = writeSession(file, facts);
    expect(readSession(file)).toEqual(kept);
  });

  it("is the owner's alone, and leaves no half-written file", () => {
    writeSession(file, facts);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(directory)).toEqual(["session.json"]);
  });

  it("is absent before a first start", () => {
    expect(readSession(file)).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    ["cut off", '{"version":1,"se', /session\.json is damaged \(the whole file\)\. Use --fresh/],
    ["of another version", '{"version":2}', /is of version 2; this Drydock reads version 1\. Use --fresh/],
    [
      "wrong in one place",
      JSON.stringify({ ...facts, version: 1, simulatorPort: 99_999 }),
      /damaged \(simulatorPort\)/,
    ],
    ["extended by somebody", JSON.stringify({ ...facts, version: 1, extra: 1 }), /damaged/],
  ])("is refused with exit code 2 when it is %s", (_what, text, message) => {
    writeFileSync(file, text);
    expect(() => readSession(file)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message), exitCode: 2 }),
    );
  });

  it("is refused with exit code 2 when the folder has gone", () => {
    expect(() => writeSession(join(directory, "gone", "session.json"), facts)).toThrow(
      expect.objectContaining({ message: expect.stringContaining("cannot be written"), exitCode: 2 }),
    );
  });
});
