import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeProcesses } from "./processes.ts";
import { clearStateFolder, lastWriteMs, openStateFolder } from "./state-folder.ts";
import { acquireStateLock } from "./state-lock.ts";

let parent: string;
let directory: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "drydock-state-"));
  directory = join(parent, "state");
});
afterEach(() => rmSync(parent, { recursive: true }));

function refusal(message: RegExp) {
  return expect.objectContaining({ message: expect.stringMatching(message), exitCode: 2 });
}

describe("openStateFolder", () => {
  it("makes the folder and its parts", () => {
    openStateFolder(directory);
    expect(readdirSync(directory).sort()).toEqual(["host", "logs", "simulator"]);
  });

  it("takes a folder that only the host was run in before", () => {
    mkdirSync(join(directory, "host"), { recursive: true });
    expect(() => openStateFolder(directory)).not.toThrow();
  });

  it("refuses a folder with other things in it, and puts nothing there", () => {
    mkdirSync(directory);
    writeFileSync(join(directory, "thesis.txt"), "");
    expect(() => openStateFolder(directory)).toThrow(refusal(/holds "thesis\.txt"\. Choose another folder/));
    expect(readdirSync(directory)).toEqual(["thesis.txt"]);
  });

  it("refuses a file", () => {
    writeFileSync(directory, "");
    expect(() => openStateFolder(directory)).toThrow(refusal(/cannot be used: EEXIST/));
  });
});

describe("clearStateFolder", () => {
  it("removes what Drydock made and leaves what was added to it", () => {
    const folder = openStateFolder(directory);
    const lock = acquireStateLock(folder);
    writeFileSync(join(folder.host, "durable.db"), "");
    writeFileSync(folder.sessionFile, "{");
    writeFileSync(join(directory, "notes.txt"), "");
    clearStateFolder(folder);
    lock.release();
    expect(readdirSync(directory).sort()).toEqual(["drydock.lock", "host", "logs", "notes.txt", "simulator"]);
    expect(existsSync(join(folder.host, "durable.db"))).toBe(false);
  });
});

describe("lastWriteMs", () => {
  it("is the time of the newest file of simulator, host and logs", () => {
    const folder = openStateFolder(directory);
    expect(lastWriteMs(folder)).toBe(0);
    for (const [file, seconds] of [
      [join(folder.simulator, "simulator.sqlite"), 1_000],
      [folder.hostLog, 3_000],
      [join(folder.host, "durable.db"), 2_000],
    ] as const) {
      writeFileSync(file, "");
      utimesSync(file, seconds, seconds);
    }
    expect(lastWriteMs(folder)).toBe(3_000_000);
  });
});

describe("acquireStateLock", () => {
  it("lets one in at a time, and names the holder's pid to the other", () => {
    const folder = openStateFolder(directory);
    const lock = acquireStateLock(folder);
    writeProcesses(folder.processesFile, { pid: 4711, children: [] });
    expect(() => acquireStateLock(folder)).toThrow(
      refusal(/in use by drydock start with pid 4711\. Stop it, or choose/),
    );
    lock.release();
    acquireStateLock(folder).release();
  });

  it("says so when the lock itself is no lock", () => {
    const folder = openStateFolder(directory);
    mkdirSync(folder.lockFile);
    expect(() => acquireStateLock(folder)).toThrow(refusal(/drydock\.lock cannot be used/));
  });
});
