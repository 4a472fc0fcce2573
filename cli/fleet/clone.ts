import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { shownUrl } from "../../domain/fleet-check/flux/repository-url.ts";
import { CommandFailure, EXIT_USAGE, usageFailure } from "../failure.ts";

const CLONE_MS = 300_000;

/** Whether what was named is the URL of a repository and not a folder. */
export function isRepositoryUrl(place: string): boolean {
  return /^(?:https?|ssh|git|file):\/\//i.test(place) || /^[\w.-]+@[\w.-]+:/.test(place);
}

/**
 * Clones the newest commit of a repository into a folder that is gone afterwards, and works with it. Credentials of the URL go
 * to git alone. Rejects with a CommandFailure when git is missing or cannot clone.
 */
export async function withClone<T>(url: string, work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "drydock-fleet-"));
  try {
    await clone(url, directory);
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function clone(url: string, directory: string): Promise<void> {
  const args = ["clone", "--quiet", "--depth", "1", "--", url, directory];
  // Whoever waits for a password would wait for ever: nobody is asked.
  const env = {
    ...process.env,
    GIT_TERMINAL_PROMPT: "0",
    GIT_SSH_COMMAND: process.env.GIT_SSH_COMMAND ?? "ssh -oBatchMode=yes",
  };
  try {
    await promisify(execFile)("git", args, { timeout: CLONE_MS, env });
  } catch (error) {
    if (isMissing(error)) {
      throw usageFailure("git is not on the PATH. Install it, or name the folder of a checkout in place of the URL.");
    }
    // The cause would carry the command line, and with it the URL.
    throw new CommandFailure(`${shownUrl(url)} cannot be cloned: ${saidBy(error, url)}`, EXIT_USAGE);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** The last thing that git said, without the credentials of the URL. */
function saidBy(error: unknown, url: string): string {
  const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const lines = stderr
    .trim()
    .split("\n")
    .filter((line) => line !== "");
  const line =
    lines.findLast((text) => /^(?:fatal|error|remote):/.test(text)) ?? lines.at(-1) ?? "git ended without a word";
  return line.replaceAll(url, shownUrl(url)).replace(/\/\/[^@/\s]*@/g, "//");
}
