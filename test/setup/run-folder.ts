import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** A folder that all files of a run share; gone when the run ends. */
    readonly runFolder: string;
  }
}

/** Makes the folder that the files of a run share; answers what takes it away. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "drydock-run-"));
  project.provide("runFolder", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
