import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { DrydockError, failureOfStatus, terminal, transient } from "../domain/errors.ts";
import { describeMistakes, type FleetConfig, parseFleetConfig } from "../domain/fleet-config.ts";

/** fleet.yaml as it is now, with the SHA-256 of its text. */
export interface FleetFile {
  readonly config: FleetConfig;
  readonly digest: string;
}

/** The file that was read last: it is asked for far more often than it changes. */
let last: FleetFile | undefined;

/**
 * Reads fleet.yaml from a path or an http(s) URL. Throws DrydockError: "Invalid" names every mistake with line and column.
 *
 * @param location FLEET_CONFIG
 */
export async function readFleetFile(location: string): Promise<FleetFile> {
  const text = /^https?:/.test(location) ? await download(location) : await readLocal(location);
  const digest = createHash("sha256").update(text).digest("hex");
  if (last?.digest === digest) return last;
  const parsed = parseFleetConfig(text);
  if ("mistakes" in parsed) {
    const name = location.split(/[/?]/).find((part) => part.endsWith(".yaml")) ?? "fleet.yaml";
    throw new DrydockError(terminal("Invalid", describeMistakes(name, parsed.mistakes)));
  }
  last = { config: parsed.config, digest };
  return last;
}

async function readLocal(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DrydockError(terminal("NotFound", `fleet.yaml cannot be read at ${path} (${code}); see FLEET_CONFIG`));
  }
}

/** The query of a blob's URL may hold a signature: messages name host and path only. */
async function download(url: string): Promise<string> {
  const { origin, pathname } = new URL(url);
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    throw new DrydockError(transient("Unreachable", `fleet.yaml cannot be fetched from ${origin}${pathname}`));
  }
  if (!response.ok) {
    const message = `fleet.yaml cannot be fetched from ${origin}${pathname}: ${response.status}; see FLEET_CONFIG`;
    throw new DrydockError(failureOfStatus(response.status, "", message, null));
  }
  return response.text();
}
