import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RepositoryFiles } from "../../domain/fleet-check/repository.ts";
import { reasonOf, usageFailure } from "../failure.ts";

const LEFT_OUT = new Set([".git", "node_modules"]);

/**
 * The files of a folder. Symbolic links to files are followed as long as they stay inside; other links are left out. Throws a
 * CommandFailure for what is no folder or cannot be read.
 */
export function readCheckout(directory: string): RepositoryFiles {
  const paths: string[] = [];
  try {
    if (!statSync(directory).isDirectory()) throw new Error("it is not a folder");
    collect(directory, "", paths);
  } catch (error) {
    throw usageFailure(
      `${directory} cannot be read: ${reasonOf(error)}. Name the folder of a checkout, or a URL.`,
      error,
    );
  }
  const texts = new Map<string, string>();
  const known = new Set(paths);
  return {
    paths: paths.sort(),
    read(path) {
      if (!known.has(path)) return undefined;
      let text = texts.get(path);
      if (text === undefined) {
        text = readFileSync(join(directory, path), "utf8");
        texts.set(path, text);
      }
      return text;
    },
  };
}

function collect(directory: string, below: string, paths: string[]): void {
  for (const entry of readdirSync(join(directory, below), { withFileTypes: true })) {
    if (LEFT_OUT.has(entry.name)) continue;
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) collect(directory, path, paths);
    else if (entry.isFile() || isLinkToFile(join(directory, path), entry.isSymbolicLink())) paths.push(path);
  }
}

function isLinkToFile(path: string, isLink: boolean): boolean {
  return isLink && statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** The URLs that a checkout has in its Git configuration; none where there is no such file. */
export function originsOf(directory: string): string[] {
  try {
    const text = readFileSync(join(directory, ".git", "config"), "utf8");
    return [...text.matchAll(/^\s*url\s*=\s*(\S+)/gm)].map(([, url = ""]) => url);
  } catch {
    return [];
  }
}
