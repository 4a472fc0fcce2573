/**
 * Builds everything that runs: the Functions app (`dist/main.cjs`, one file with the SDKs in it), the embedded host
 * (`dist/local.js`), the simulator (`dist/simulator.js`), the command line (`dist/cli.js`) and the console page. The last
 * three are small launchers; the programs themselves lie beside them as `*.program.js`.
 */
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { withoutSideEffects } from "./build/without-side-effects.ts";

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

/** The console's files that are served as they stand. */
const CONSOLE_FILES = ["index.html", "icon.svg"];

/** CommonJS packages inside an ES module bundle still call `require` for Node's own modules. */
const requireBanner =
  'import { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);';

/** Node's built-in SQLite, which keeps the state of host and simulator, is stable from here on. */
const NODE_MAJOR_MIN = 24;

/** How what runs on Node's own becomes one file. */
export function programBundle(entry: string, outfile: string): BuildOptions {
  return {
    ...shared,
    entryPoints: [entry],
    outfile,
    format: "esm",
    target: "node24",
    banner: { js: requireBanner },
  };
}

function program(name: string): BuildOptions {
  return programBundle(`${name}/main.ts`, join(outdir, `${name}.program.js`));
}

/** Commands that must begin at once: each is a program of its own, with nothing in it that only others need. */
const QUICK_COMMANDS = [
  { source: "cli/drain/drain.ts", program: "drain.program" },
  { source: "cli/drain/plan/show-plan.ts", program: "drain-plan.program" },
];

/** The command line in pieces: each command loads its own, so that a drain is under way before `start` would have begun. */
function commandLine(): BuildOptions[] {
  const { outfile: _, ...whole } = program("cli");
  const pieces = (source: string, out: string): BuildOptions => ({
    ...whole,
    entryPoints: [{ in: source, out }],
    outdir,
    splitting: true,
    chunkNames: `${out.split(".")[0]}/[name]-[hash]`,
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 500,
    plugins: [withoutSideEffects("@kubernetes/client-node"), quickCommandsApart],
  });
  return [
    pieces("cli/main.ts", "cli.program"),
    ...QUICK_COMMANDS.map(({ source, program: out }) => pieces(source, out)),
  ];
}

/** Leaves the import of a quick command to be done at run time, from the file beside. */
const quickCommandsApart: Plugin = {
  name: "quick-commands-apart",
  setup(plugins) {
    plugins.onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind }) => {
      const source = relative(root, join(resolveDir, path)).replaceAll("\\", "/");
      const quick = kind === "dynamic-import" && QUICK_COMMANDS.find((command) => command.source === source);
      return quick ? { path: `./${quick.program}.js`, external: true } : undefined;
    });
  },
};

/** The programs beside the app; each folder has a main.ts. */
const PROGRAMS = ["local", "simulator", "cli"];

/** What starts a program: an older Node would fail at the program's imports, before any of its code could say why. */
function launcher(name: string): string {
  return `#!/usr/bin/env node
if (Number.parseInt(process.versions.node, 10) < ${NODE_MAJOR_MIN}) {
  process.stderr.write(\`drydock: this is Node \${process.versions.node}, and Node ${NODE_MAJOR_MIN} is needed. "npm start" and "npx drydock" bring their own.\\n\`);
  process.exitCode = 2;
} else {
  // What was compiled once need not be compiled again: commands begin a third sooner.
  (await import("node:module")).enableCompileCache();
  await import("./${name}.program.js");
}
`;
}

/** Builds the console page into a folder. Rejects with esbuild's errors. */
export async function buildConsole(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const built = build({
    ...shared,
    platform: "browser",
    entryPoints: ["console/main.tsx", "console/console.css"],
    outdir: directory,
    entryNames: "console",
    format: "esm",
    target: "es2022",
    minify: true,
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  const copied = CONSOLE_FILES.map((file) => copyFile(join(root, "console", file), join(directory, file)));
  await Promise.all([built, ...copied]);
}

/** How the app becomes one file. Azure loads it; the core module is the worker's own and must stay a require. */
export function appBundle(outfile: string): BuildOptions {
  return {
    ...shared,
    entryPoints: ["functions/main.ts"],
    outfile,
    format: "cjs",
    target: "node22",
    external: ["@azure/functions-core"],
    // Parsing is most of a cold start (docs/benchmarks.md). Names stay, for logs and stacks.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 500,
    plugins: [withoutSideEffects("@kubernetes/client-node")],
  };
}

/** Builds all parts; resolves when every file is written. Rejects with esbuild's errors. */
export async function buildAll(): Promise<void> {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const parts: BuildOptions[] = [
    { ...appBundle(join(outdir, "main.cjs")), metafile: true },
    program("local"),
    program("simulator"),
    ...commandLine(),
  ];
  const built = await Promise.all(parts.map((part) => build(part)));
  for (const name of PROGRAMS) {
    await writeFile(join(outdir, `${name}.js`), launcher(name), { mode: 0o755 });
  }
  await buildConsole(join(outdir, "console"));
  const metafile = built.find((result) => result.metafile)?.metafile;
  if (metafile) await writeFile(join(outdir, "main.meta.json"), JSON.stringify(metafile));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildAll();
