import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { childrenOf, isRunning, run, useDrydock } from "./drydock.ts";

const drydock = useDrydock();
/** Fast enough for a test; the app's own waits still pass in order. */
const SPEED = ["--speed", "400"];

interface Session {
  readonly run: { readonly id: string };
  readonly clock: { readonly virtualMs: number };
}

function session(state: string): Session {
  return JSON.parse(readFileSync(join(state, "session.json"), "utf8")) as Session;
}

describe("drydock start", () => {
  it("upgrades the sample fleet, shows every ring, cluster, pool and drain, and ends with the verdict and the card", async () => {
    const state = drydock.stateFolder();
    const command = drydock.start(state, "--once", "--port", "0", ...SPEED);
    expect(await command.ended()).toBe(0);
    const said = command.stdout();
    for (const ring of ["dev", "staging", "prod"]) expect(said).toMatch(new RegExp(`^[\\d:]{8} ${ring} done$`, "m"));
    for (const cluster of ["dev/dev-weu", "staging/staging-weu", "prod/prod-weu", "prod/prod-neu"]) {
      expect(said).toMatch(new RegExp(`^[\\d:]{8} ${cluster} done$`, "m"));
      expect(said).toMatch(new RegExp(`^[\\d:]{8} ${cluster}/system done`, "m"));
      expect(said).toMatch(new RegExp(`^[\\d:]{8} ${cluster}/apps aks-apps-\\S+ drained$`, "m"));
    }
    expect(said).toMatch(/draining \d+\/\d+ left, waiting for .*: (PDB .* allows 0 disruptions|terminating)/);
    expect(said).toMatch(/^Verdict: passed$/m);
    expect(said).toMatch(/^\| Upgrade passed +\|$/m);
    expect(said).toContain(session(state).run.id);
    expect(childrenOf(state).filter(isRunning)).toEqual([]);
  });

  it("goes on with the same run after it and its programs were killed, and does nothing twice", async () => {
    const state = drydock.stateFolder();
    const first = drydock.start(state, "--port", "0", ...SPEED);
    await first.says(/staging-weu\/apps aks-apps-\S+ draining/);
    const { id } = session(state).run;
    const begunMs = session(state).clock.virtualMs;
    // Other commands find the app by the state folder, while it runs.
    const listing = run(["runs", "--state", state]);
    expect(await listing.ended()).toBe(0);
    expect(listing.stdout()).toContain(id);
    first.child.kill("SIGKILL");
    const [simulator, host] = childrenOf(state);
    process.kill(host ?? 0, "SIGKILL");
    await first.ended();
    const nobody = run(["runs", "--state", state]);
    expect(await nobody.ended()).toBe(2);
    expect(nobody.stderr()).toContain("No app is running here");
    // The simulator lives on: the next start ends it.
    expect(isRunning(simulator ?? 0)).toBe(true);
    const second = drydock.start(state, "--once", "--port", "0", ...SPEED);
    expect(await second.ended()).toBe(0);
    expect(second.stdout()).toContain("Ended what an earlier start left running: simulator.");
    expect(second.stdout()).toContain(`its run is ${id}`);
    expect(second.stdout()).toMatch(/^Verdict: passed$/m);
    expect(second.stdout()).toMatch(/Clusters +4 of 4 done/);
    // Three nodes a cluster's apps pool, two in dev: none drained twice, none forgotten.
    expect(second.stdout()).toMatch(/Pools +8 upgraded, 11 nodes drained/);
    expect(session(state).clock.virtualMs).toBeGreaterThan(begunMs);
  });

  it("stays up after the run, with everything reachable, until it is interrupted; started again it shows the same end", async () => {
    const state = drydock.stateFolder();
    const command = drydock.start(state, "--port", "0", "--seed", "7", ...SPEED);
    await command.says(/Ctrl-C ends it/);
    const [, api = ""] = await command.says(/^API: +(\S+)$/m);
    const [, teams = ""] = await command.says(/^Teams inbox: +(\S+)$/m);
    const [, keyFile = ""] = await command.says(/^Key: .* in (\S+),/m);
    const { host } = JSON.parse(readFileSync(keyFile, "utf8")) as { host: { default: string } };
    const headers = { "x-functions-key": host.default };
    const { runs } = (await (await fetch(`${api}/runs`, { headers })).json()) as { runs: Array<{ id: string }> };
    expect(runs.map((run) => run.id)).toContain(session(state).run.id);
    expect(await (await fetch(teams)).text()).toContain("Upgrade passed");
    expect((await fetch(`${api.replace("/api/v1", "")}/console`)).status).toBe(200);

    const taken = drydock.start(state, "--port", "0");
    expect(await taken.ended()).toBe(2);
    expect(taken.stderr()).toMatch(
      new RegExp(`^drydock: The state folder .* is in use by drydock start with pid ${command.child.pid}\\. `),
    );

    command.child.kill("SIGINT");
    expect(await command.ended()).toBe(130);
    expect(childrenOf(state).filter(isRunning)).toEqual([]);

    const other = drydock.start(state, "--port", "0", "--seed", "8");
    expect(await other.ended()).toBe(2);
    expect(other.stderr()).toMatch(/made with --seed 7, not 8\. Use --fresh to start over\./);

    const { id } = session(state).run;
    const again = drydock.start(state, "--once", "--port", "0", ...SPEED);
    expect(await again.ended()).toBe(0);
    expect(again.stdout()).toContain(id);
    const fresh = drydock.start(state, "--fresh", "--port", "0", ...SPEED);
    await fresh.says(/dev running/);
    expect(session(state).run.id).not.toBe(id);
  });

  it("ends with 1 at a question that nobody is there to answer, with the reason and how to go on", async () => {
    const state = drydock.stateFolder();
    const scenario = join(dirname(state), "scenario.yaml");
    writeFileSync(scenario, "settings:\n  podStartSeconds: 20000\n");
    const command = drydock.start(state, "--once", "--port", "0", "--scenario", scenario, "--speed", "1500");
    expect(await command.ended()).toBe(1);
    const { id } = session(state).run;
    expect(command.stdout()).toMatch(
      /^Waiting: Ring dev is halted: dev-weu failed\. Try again, go on without what failed, or cancel\?$/m,
    );
    expect(command.stdout()).toMatch(/^ {2}dev-weu: failed: .*PDB/m);
    expect(command.stdout()).toContain(`npx drydock retry ${id} --gate halt-dev-1 or npx drydock skip ${id}`);
    expect(command.stdout()).not.toContain("Verdict");
  });

  it("tells when one of its programs dies, ends the other, and exits with 1", async () => {
    const state = drydock.stateFolder();
    const command = drydock.start(state, "--port", "0", ...SPEED);
    await command.says(/dev running/);
    const [simulator] = childrenOf(state);
    process.kill(simulator ?? 0, "SIGKILL");
    expect(await command.ended()).toBe(1);
    expect(command.stderr()).toMatch(/^drydock: The simulator was ended by SIGKILL\./);
    expect(childrenOf(state).filter(isRunning)).toEqual([]);
  });
});
