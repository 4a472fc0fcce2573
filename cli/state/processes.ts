import { readFileSync } from "node:fs";
import { z } from "zod";
import { writeJsonFile } from "./atomic-file.ts";

const processesSchema = z.object({
  /** The command line's own process. */
  pid: z.int().positive(),
  /** Where the app answers; not there until it does. */
  hostUrl: z.url().optional(),
  children: z.array(z.object({ program: z.string(), pid: z.int().positive(), identity: z.string() })),
});
/** The processes of one start, so that the next can end what outlived it. */
export type Processes = z.infer<typeof processesSchema>;

/** Reads processes.json; undefined when there is none or it says nothing of use. */
export function readProcesses(file: string): Processes | undefined {
  try {
    return processesSchema.safeParse(JSON.parse(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Keeps the processes. Throws CommandFailure when the folder cannot be written. */
export function writeProcesses(file: string, processes: Processes): void {
  writeJsonFile(file, processes);
}
