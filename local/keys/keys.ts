import { randomBytes, timingSafeEqual } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { StateFolderError } from "../engine/store.ts";

const keysSchema = z.object({
  master: z.string().min(1),
  /** Open every function. */
  host: z.record(z.string(), z.string().min(1)),
  /** Open one extension's endpoints, by extension. */
  system: z.record(z.string(), z.string().min(1)),
  /** Open one function, by lower-cased function name and key name. */
  functions: z.record(z.string(), z.record(z.string(), z.string().min(1))),
});
type KeyFile = z.infer<typeof keysSchema>;

/** System keys that exist from the start, named as Azure's extensions name them. */
const EXTENSIONS = ["durabletask_extension", "eventgrid_extension"];

/** The keys of one host. */
export interface Keys {
  /** Where they are kept; readable by the owner alone. Undefined when the host keeps no state. */
  readonly file: string | undefined;
  readonly master: string;
  /** The default host key, which opens every function. */
  readonly host: string;
  /** The key of an extension. */
  system(extension: string): string;
  /** Whether a presented key opens a function of the level "function". */
  opensFunction(functionName: string, presented: string | undefined): boolean;
  /** Whether a presented key is the master key. */
  isMaster(presented: string | undefined): boolean;
  /** Whether a presented key opens an extension's endpoints. */
  opensExtension(extension: string, presented: string | undefined): boolean;
}

/** Whether two secrets are equal, in a time that does not depend on where they differ. */
function isEqual(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

function newKey(): string {
  return randomBytes(40).toString("base64url");
}

/**
 * Reads the host's keys from `keys.json` in the state folder, making what is missing: master key, default host key, a key per
 * extension and a default key per function. Without a folder they live as long as the process.
 * Throws StateFolderError when the file is there and cannot be used.
 */
export function openKeys(stateDirectory: string | undefined, functionNames: readonly string[]): Keys {
  const file = stateDirectory === undefined ? undefined : join(stateDirectory, "keys.json");
  const stored = file === undefined ? undefined : readKeys(file);
  const keys: KeyFile = stored ?? { master: newKey(), host: {}, system: {}, functions: {} };
  keys.host.default ??= newKey();
  for (const extension of EXTENSIONS) keys.system[extension] ??= newKey();
  for (const name of functionNames) keys.functions[name.toLowerCase()] ??= { default: newKey() };
  if (file !== undefined && stateDirectory !== undefined) writeKeys(stateDirectory, file, keys);
  const isAny = (candidates: Iterable<string>, presented: string | undefined) =>
    presented !== undefined && [...candidates].some((candidate) => isEqual(candidate, presented));
  return {
    file,
    master: keys.master,
    host: keys.host.default,
    system: (extension) => keys.system[extension] ?? "",
    opensFunction: (name, presented) =>
      isAny(
        [...Object.values(keys.functions[name.toLowerCase()] ?? {}), ...Object.values(keys.host), keys.master],
        presented,
      ),
    isMaster: (presented) => isAny([keys.master], presented),
    opensExtension: (extension, presented) => isAny([keys.system[extension] ?? keys.master, keys.master], presented),
  };
}

function readKeys(file: string): KeyFile | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new StateFolderError(`The key file ${file} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
  try {
    return keysSchema.parse(JSON.parse(text));
  } catch {
    // The cause may quote the file, and the file holds secrets.
    throw new StateFolderError(`The key file ${file} is damaged. Remove it to have new keys made.`);
  }
}

function writeKeys(stateDirectory: string, file: string, keys: KeyFile): void {
  try {
    mkdirSync(stateDirectory, { recursive: true });
    const next = `${file}.${process.pid}`;
    writeFileSync(next, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
    chmodSync(next, 0o600);
    renameSync(next, file);
  } catch (error) {
    throw new StateFolderError(`The key file ${file} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}
