/**
 * Builds everything that runs: the Functions app (`dist/main.cjs`, one file with the SDKs in it), the embedded host
 * (`dist/local.js`), the simulator (`dist/simulator.js`), the command line (`dist/cli.js`) and the console page.
 */
import { existsSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const outdir = join(root, "dist");

const shared: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  sourcemap: true,
  logLevel: "warning",
  legalComments: "none",
};

/** CommonJS packages inside an ES module bundle still call `require` for Node's own modules. */
const requireBanner =
  'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);';

function program(entry: string, name: string): BuildOptions {
  return {
    ...shared,
    entryPoints: [entry],
    outfile: join(outdir, `${name}.js`),
    format: "esm",
    target: "node24",
    banner: { js: name === "cli" ? `#!/usr/bin/env node\n${requireBanner}` : requireBanner },
  };
}

/** Builds all parts; resolves when every file is written. Rejects with esbuild's errors. */
export async function buildAll(): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const parts: BuildOptions[] = [
    // Azure loads `main`; the core module is the worker's own and must stay a require (docs/decisions).
    {
      ...shared,
      entryPoints: ["functions/main.ts"],
      outfile: join(outdir, "main.cjs"),
      format: "cjs",
      target: "node22",
      external: ["@azure/functions-core"],
      metafile: true,
    },
    program("local/main.ts", "local"),
    program("simulator/main.ts", "simulator"),
    program("cli/main.ts", "cli"),
    {
      ...shared,
      platform: "browser",
      entryPoints: ["console/main.tsx"],
      outfile: join(outdir, "console", "console.js"),
      format: "esm",
      target: "es2022",
      minify: true,
      jsx: "automatic",
      jsxImportSource: "preact",
    },
  ];
  const built = await Promise.all(
    parts.filter((part) => existsSync(join(root, (part.entryPoints as string[])[0] ?? ""))).map((part) => build(part)),
  );
  const metafile = built.find((result) => result.metafile)?.metafile;
  if (metafile) await writeFile(join(outdir, "main.meta.json"), JSON.stringify(metafile));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
