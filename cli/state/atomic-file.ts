import { renameSync, writeFileSync } from "node:fs";
import { usageFailure } from "../failure.ts";

/**
 * Writes a JSON file so that a reader finds the old text or the new, whatever happens in between. Owner-readable alone.
 * Throws CommandFailure (exit code 2) when the folder cannot be written.
 */
export function writeJsonFile(file: string, value: unknown): void {
  const next = `${file}.next`;
  try {
    writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(next, file);
  } catch (error) {
    throw usageFailure(`${file} cannot be written: ${(error as Error).message}.`, error);
  }
}
