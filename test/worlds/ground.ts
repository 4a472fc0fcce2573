import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** Files in memory, where the system has them: a host commits often, and nobody pulls the plug on a world. */
const MEMORY_FOLDER = "/dev/shm";

/** The folder that worlds live in: the app, once for all, and what each world keeps. */
export interface Ground {
  readonly directory: string;
  remove(): void;
}

/**
 * Lays out the folder that worlds live in.
 * @param bundle the app, built: dist/main.cjs or a mutant of it
 */
export function layGround(bundle: string): Ground {
  const directory = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), "drydock-worlds-"));
  const app = appFolder(directory);
  mkdirSync(join(app, "dist"), { recursive: true });
  cpSync(bundle, join(app, "dist/main.cjs"));
  cpSync(join(ROOT, "host.json"), join(app, "host.json"));
  writeFileSync(join(app, "package.json"), JSON.stringify({ main: "dist/main.cjs" }));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Where the app lies; always the same place, so that it is parsed once. */
export function appFolder(ground: string): string {
  return join(ground, "app");
}

/** A folder for a world of its own. */
export function worldFolder(ground: string, seed: number): string {
  return mkdtempSync(join(ground, `world-${seed}-`));
}

/** Where what was parsed is kept for the next process. */
export function parsedFolder(ground: string): string {
  return join(ground, "parsed");
}
