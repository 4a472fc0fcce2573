import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startProgram } from "../host/program.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Packs what npm run build made into a folder outside of the repository, where there are no node_modules to fall back on. */
function pack(backend: string | undefined): { folder: string; status: number | null; said: string } {
  const parent = mkdtempSync(join(tmpdir(), "drydock-package-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "package");
  const { DRYDOCK_DURABLE_BACKEND: _, ...environment } = process.env;
  const env = backend === undefined ? environment : { ...environment, DRYDOCK_DURABLE_BACKEND: backend };
  const ran = spawnSync("node", ["scripts/infra-package.ts", folder], { cwd: ROOT, env, encoding: "utf8" });
  return { folder, status: ran.status, said: ran.stdout + ran.stderr };
}

describe("the package that is deployed", () => {
  it("runs by itself: a host outside of the repository loads it and it answers", async () => {
    const { folder, status, said } = pack(undefined);
    expect(status, said).toBe(0);
    const state = join(folder, "../state");
    const host = startProgram(join(ROOT, "dist/local.js"), ["host", "--app", folder, "--port", "0", "--state", state]);
    onTestFinished(async () => {
      host.signal("SIGTERM");
      await host.ended;
    });
    const { url, functions } = await host.ready;
    expect(functions).toBeGreaterThan(20);
    expect(await (await fetch(`${url}/api/v1/health`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${url}/console`)).status).toBe(200);
  });

  it("has nothing in it but what the app needs", () => {
    const { folder, status, said } = pack(undefined);
    expect(status, said).toBe(0);
    expect(readdirSync(folder).toSorted()).toEqual(["dist", "fleet.yaml", "host.json", "package.json"]);
    expect(readdirSync(join(folder, "dist")).toSorted()).toEqual(["console", "main.cjs"]);
  });

  it("asks for the scheduler where that keeps the state", () => {
    const { folder, status, said } = pack("durableTaskScheduler");
    expect(status, said).toBe(0);
    const host = JSON.parse(readFileSync(join(folder, "host.json"), "utf8"));
    expect(host.extensions.durableTask.storageProvider.type).toBe("azureManaged");
  });

  it("is not made for a backend that is none", () => {
    const { folder, status, said } = pack("sql");
    expect(status).not.toBe(0);
    expect(said).toContain("durableTaskScheduler");
    expect(existsSync(folder)).toBe(false);
  });
});
