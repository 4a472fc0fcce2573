import { mkdtempSync } from "node:fs";
import { join } from "node:path";

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
