import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { programBundle } from "../../scripts/build.ts";
import { appFolder } from "./ground-folders.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Files in memory, where the system has them: a host commits often, and nobody pulls the plug on a world. */
const MEMORY_FOLDER = "/dev/shm";

/** The folder that worlds live in: the app, once for all, and what each world keeps. */
export interface Ground {
  readonly directory: string;
  /** The program that runs seeds, in one file: it starts faster, and whoever edits meanwhile does not disturb it. */
  readonly program: string;
  remove(): void;
}

/**
 * Lays out the folder that worlds live in. Rejects with esbuild's errors.
 * @param bundle the app, built: dist/main.cjs or a mutant of it
 */
export async function layGround(bundle: string): Promise<Ground> {
  const directory = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), "drydock-worlds-"));
  const app = appFolder(directory);
  mkdirSync(join(app, "dist"), { recursive: true });
  cpSync(bundle, join(app, "dist/main.cjs"));
  cpSync(join(ROOT, "host.json"), join(app, "host.json"));
  writeFileSync(join(app, "package.json"), JSON.stringify({ main: "dist/main.cjs" }));
  // What answers are compared with: the references, and the models of the official clients.
  cpSync(join(ROOT, "test/simulator/contract/reference"), join(directory, "reference"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(directory, "node_modules"), "dir");
  const program = join(directory, "seed-worker.mjs");
  await build(programBundle("test/worlds/seed-worker.ts", program));
  return { directory, program, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
