import { cpSync, existsSync, globSync, mkdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { inject } from "vitest";
import { appBundle, buildConsole } from "../../scripts/build.ts";

const ROOT = join(import.meta.dirname, "../..");
const SOURCES = "{domain,orchestrations,activities,functions,adapters,kustomize,console}/**/*.{ts,tsx,css,html,svg}";
/** How long another file's build is waited for. */
const BUILD_SECONDS = 60;

/** The folder of the built app, whose names are as in the source. Whoever asks first builds it for all files of a run. */
export async function builtApp(): Promise<string> {
  const folder = join(inject("runFolder"), `app-${newestMs()}`);
  const claim = `${folder}.building`;
  for (let waited = 0; !existsSync(folder); waited += 0.1) {
    if (isFirst(claim)) await buildInto(claim, folder);
    else if (waited > BUILD_SECONDS) throw new Error(`the app was not built in ${BUILD_SECONDS} s: ${claim}`);
    else await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return folder;
}

function isFirst(claim: string): boolean {
  try {
    mkdirSync(claim);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

async function buildInto(claim: string, folder: string): Promise<void> {
  await build({ ...appBundle(join(claim, "dist/main.cjs")), minifyWhitespace: false, sourcemap: false });
  await buildConsole(join(claim, "dist/console"));
  writeFileSync(join(claim, "package.json"), JSON.stringify({ main: "dist/main.cjs" }));
  cpSync(join(ROOT, "host.json"), join(claim, "host.json"));
  renameSync(claim, folder);
}

/** When the app's sources changed last: who watches tests changes them between runs. */
function newestMs(): number {
  const files = globSync(SOURCES, { cwd: ROOT });
  return Math.ceil(files.reduce((newest, file) => Math.max(newest, statSync(join(ROOT, file)).mtimeMs), 0));
}
