import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run, useDrydock } from "./drydock.ts";

const drydock = useDrydock();

async function refusal(...args: string[]): Promise<string> {
  const command = run(args);
  expect(await command.ended()).toBe(2);
  const lines = command.stderr().trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  return lines[0] ?? "";
}

describe("drydock", () => {
  it("prints its help, its version, and the flags of start", async () => {
    const help = run(["start", "--help"]);
    expect(await help.ended()).toBe(0);
    for (const flag of ["--once", "--fresh", "--speed", "--port", "--seed", "--scenario", "--state"]) {
      expect(help.stdout()).toContain(flag);
    }
    const version = run(["--version"]);
    expect(await version.ended()).toBe(0);
    expect(version.stdout()).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [["stat"], /^drydock: unknown command 'stat' \(Did you mean start\?\)$/],
    [["start", "--faster"], /^drydock: unknown option '--faster'$/],
    [["start", "now"], /^drydock: too many arguments for 'start'/],
    [
      ["start", "--speed", "fast"],
      /^drydock: option '--speed <n>' argument 'fast' is invalid\. It must be a number from/,
    ],
    [["start", "--speed", "0"], /It must be a number from 0\.01/],
    [["start", "--port", "70000"], /It must be a whole number from 0 to 65535\.$/],
    [["start", "--seed", "-1"], /It must be a whole number from 0/],
    [["start", "--seed"], /^drydock: option '--seed <n>' argument missing$/],
  ])("refuses %j in one line, with exit code 2", async (args, line) => {
    expect(await refusal(...args)).toMatch(line);
  });
});

describe("the programs", () => {
  it.each(["cli", "local", "simulator"])("%s says on an older Node which one is needed", (name) => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions, "node", { value: "20.20.2" })';
    const program = join(import.meta.dirname, "../../dist", `${name}.js`);
    const { status, stderr } = spawnSync(process.execPath, ["--import", pretend, program], { encoding: "utf8" });
    expect(stderr).toMatch(/^drydock: this is Node 20\.20\.2, and Node 24 is needed\. .*\n$/);
    expect(status).toBe(2);
  });
});

describe("drydock start", () => {
  it("names the port that is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const line = await refusal("start", "--state", drydock.stateFolder(), "--port", String(port));
    expect(line).toMatch(new RegExp(`^drydock: .*\\b${port}\\b.* in use`));
    server.close();
  });

  it("refuses a scenario that cannot be read or is wrong, and says where", async () => {
    const folder = mkdtempSync(join(tmpdir(), "drydock-scenario-"));
    const file = join(folder, "scenario.yaml");
    expect(await refusal("start", "--state", drydock.stateFolder(), "--scenario", file)).toMatch(
      /^drydock: The scenario .*scenario\.yaml cannot be read: ENOENT/,
    );
    writeFileSync(file, "faults:\n  - match: { path: '(' }\n    answer: { status: 200 }\n");
    expect(await refusal("start", "--state", drydock.stateFolder(), "--port", "0", "--scenario", file)).toMatch(
      /scenario\.yaml: faults\.0\.match\.path: must be a regular expression/,
    );
    rmSync(folder, { recursive: true });
  });

  it("refuses a state folder that is not one, or cannot be read", async () => {
    const folder = drydock.stateFolder();
    writeFileSync(folder, "");
    expect(await refusal("start", "--state", folder)).toMatch(/^drydock: The state folder .* cannot be used: E/);
    rmSync(folder);
    mkdirSync(folder);
    writeFileSync(join(folder, "thesis.docx"), "");
    expect(await refusal("start", "--state", folder)).toMatch(/is not a Drydock state folder: it holds "thesis\.docx"/);
    expect(await refusal("start", "--state", folder, "--fresh")).toMatch(/is not a Drydock state folder/);
    rmSync(join(folder, "thesis.docx"));
    writeFileSync(join(folder, "session.json"), "{");
    expect(await refusal("start", "--state", folder)).toMatch(/session\.json .*--fresh/);
    // Root may read everything; for everybody else a closed folder is refused as well.
    if (process.getuid?.() !== 0) {
      chmodSync(folder, 0);
      expect(await refusal("start", "--state", folder)).toMatch(/cannot be used: EACCES/);
      chmodSync(folder, 0o700);
    }
  });
});
