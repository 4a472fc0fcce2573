import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Clock } from "../../local/clock/clock.ts";
import { createHost, type Host } from "../../local/host.ts";
import { createHostLog } from "../../local/log.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** A built app in a folder of its own. */
export interface BuiltApp {
  readonly directory: string;
  remove(): void;
}

/** Bundles an app's source file as a user's build would, with package.json and host.json beside it. */
export async function buildApp(entry: string, hostJson: object = {}): Promise<BuiltApp> {
  const directory = mkdtempSync(join(tmpdir(), "drydock-app-"));
  await build({
    entryPoints: [entry],
    outfile: join(directory, "dist", "index.cjs"),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    external: ["@azure/functions-core"],
    absWorkingDir: root,
    logLevel: "error",
  });
  writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "sample", main: "dist/*.cjs" }));
  writeFileSync(join(directory, "host.json"), JSON.stringify({ version: "2.0", ...hostJson }));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Serves a built app, without state unless a folder is given. */
export function hostApp(app: BuiltApp, clock: Clock, stateDirectory?: string): Promise<Host> {
  return createHost({ appDirectory: app.directory, stateDirectory, port: 0, clock, log: createHostLog("silent") });
}
