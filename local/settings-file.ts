import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { AppLoadError } from "./worker/entry-points.ts";

const settingsSchema = z.object({ Values: z.record(z.string(), z.string()).default({}) }).loose();

/**
 * Puts the `Values` of an app's local.settings.json into the environment, as `func start` does; what the environment already
 * has wins. Answers how many were taken. Throws AppLoadError when the file is there and cannot be read.
 */
export function loadLocalSettings(appDirectory: string, environment: NodeJS.ProcessEnv): number {
  const file = join(appDirectory, "local.settings.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw new AppLoadError(`${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  let values: Record<string, string>;
  try {
    values = settingsSchema.parse(JSON.parse(text)).Values;
  } catch {
    // The cause would quote the file, and the file may hold secrets.
    throw new AppLoadError(`${file} is not valid: it must be JSON with an object "Values" of strings.`);
  }
  const taken = Object.entries(values).filter(([name]) => environment[name] === undefined);
  for (const [name, value] of taken) environment[name] = value;
  return taken.length;
}
