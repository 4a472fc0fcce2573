import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const FOLDERS = ["functions", "orchestrations", "activities", "adapters", "domain", "kustomize"];

/** The app as a compiler leaves it: a file for each source file, packages in node_modules. */
export interface UnbundledApp {
  readonly main: string;
  readonly files: number;
  remove(): void;
}

/** Compiles the app file by file into a folder of the repository, so that its packages are found. */
export async function buildUnbundledApp(root: string): Promise<UnbundledApp> {
  const outdir = mkdtempSync(join(root, "dist", "bench-"));
  const remove = () => rmSync(outdir, { recursive: true, force: true });
  try {
    const entryPoints = FOLDERS.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /(?<!\.test)\.ts$/.test(file))
        .map((file) => join(folder, file)),
    );
    const { outputFiles } = await build({
      absWorkingDir: root,
      entryPoints,
      outdir,
      outbase: root,
      platform: "node",
      format: "cjs",
      target: "node22",
      write: false,
    });
    writeAll(outputFiles);
    // The repository is of ES modules; what was compiled is not.
    writeFileSync(join(outdir, "package.json"), '{"type":"commonjs"}');
    return { main: join(outdir, "functions", "main.js"), files: outputFiles.length, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function writeAll(files: ReadonlyArray<{ readonly path: string; readonly text: string }>): void {
  for (const { path, text } of files) {
    mkdirSync(dirname(path), { recursive: true });
    // Sources name each other by .ts, as Node's own type stripping wants it.
    writeFileSync(path, text.replaceAll(/((?:require|import)\("\.[^"]+)\.ts"\)/g, '$1.js")'));
  }
}
