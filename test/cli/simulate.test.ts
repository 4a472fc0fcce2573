import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Drydock, run } from "./drydock.ts";

const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

let folder: string;
let started: Drydock[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drydock-simulate-"));
});
afterEach(async () => {
  for (const one of started) one.child.kill("SIGTERM");
  await Promise.all(started.map((one) => one.ended()));
  started = [];
  rmSync(folder, { recursive: true, force: true });
});

function simulate(...flags: string[]): Drydock {
  const one = run(["simulate", "--port", "0", ...flags]);
  started.push(one);
  return one;
}

async function urlOf(one: Drydock): Promise<string> {
  return (await one.says(/^Simulated Azure: (\S+)$/m))[1] ?? "";
}

describe("drydock simulate", () => {
  it("runs until it is interrupted, and says where everything is but for secrets", async () => {
    const one = simulate();
    const url = await urlOf(one);
    expect((await fetch(`${url}/simulator/status`)).status).toBe(200);
    await one.says(/^Git: +(\S+)$/m);
    await one.says(/Ctrl-C ends it\.$/m);
    expect(one.stdout()).toContain(`AZURE_RESOURCE_MANAGER_ENDPOINT=${url}`);
    expect(one.stdout()).toContain("IDENTITY_HEADER=(shown in a terminal)");
    expect(one.stdout()).not.toMatch(/webhook\/\w/);
    one.child.kill("SIGINT");
    expect(await one.ended()).toBe(130);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("writes a kubeconfig per cluster that only its owner may read, over TLS, with which kubectl works", async () => {
    const kubeconfigs = join(folder, "kube", "configs");
    await urlOf(simulate("--kubeconfigs", kubeconfigs));
    expect(readdirSync(kubeconfigs).sort()).toEqual([
      "dev-weu.yaml",
      "prod-neu.yaml",
      "prod-weu.yaml",
      "staging-weu.yaml",
    ]);
    const file = join(kubeconfigs, "prod-weu.yaml");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    if (!hasKubectl) return;
    const nodes = execFileSync("kubectl", ["--kubeconfig", file, "get", "nodes", "-o", "name"], { encoding: "utf8" });
    expect(nodes.match(/^node\/aks-/gm)).toHaveLength(5);
    const server = execFileSync("kubectl", [
      "--kubeconfig",
      file,
      "config",
      "view",
      "--minify",
      "-o",
      "jsonpath={..server}",
    ]);
    expect(String(server)).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/kubernetes\/prod-weu$/);
  });

  it("goes on with the world that it kept", async () => {
    const state = join(folder, "state");
    const startedAt = async (one: Drydock) =>
      ((await (await fetch(`${await urlOf(one)}/simulator/status`)).json()) as { startedAt: string }).startedAt;
    const first = simulate("--state", state);
    const begun = await startedAt(first);
    first.child.kill("SIGTERM");
    expect(await first.ended()).toBe(143);
    expect(await startedAt(simulate("--state", state))).toBe(begun);
  });

  it("refuses what it cannot use in one line, with exit code 2", async () => {
    writeFileSync(join(folder, "scenario.yaml"), "faults: 7\n");
    writeFileSync(join(folder, "file"), "");
    const port = new URL(await urlOf(simulate())).port;
    const cases: Array<[string[], RegExp]> = [
      [["--fleet", join(folder, "none")], /^drydock: cannot read the fleet's .*azure\.yaml/],
      [["--scenario", join(folder, "scenario.yaml")], /^drydock: .*scenario\.yaml: faults: /],
      [["--kubeconfigs", join(folder, "file")], /^drydock: cannot write the kubeconfigs to .*file: EEXIST/],
      [["--state", join(folder, "file")], /^drydock: cannot use .*file.* as the simulator's state/],
      [["--port", port], new RegExp(`^drydock: cannot listen on port ${port}: it is in use`)],
      [["--seed", "x"], /^drydock: option '--seed <n>' argument 'x' is invalid/],
      [["now"], /^drydock: too many arguments for 'simulate'/],
    ];
    for (const [flags, line] of cases) {
      const one = simulate(...flags);
      expect([flags, await one.ended()]).toEqual([flags, 2]);
      expect(one.stderr().trimEnd()).toMatch(line);
      expect(one.stderr().trimEnd().split("\n")).toHaveLength(1);
      expect(one.stdout()).toBe("");
    }
  });
});
