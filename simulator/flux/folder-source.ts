import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { SourceTree, SourceTrees } from "./source-tree.ts";

/**
 * A folder as the one revision of every source that is asked for: branch `main`, at a commit that is the digest of its
 * files. Read again when asked, so that a change of the folder is a new revision.
 */
export function folderSource(directory: string): SourceTrees {
  return { find: () => readTree(directory) };
}

function readTree(directory: string): SourceTree {
  const files = new Map<string, string>();
  const hash = createHash("sha1");
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of entries.map((entry) => join(entry.parentPath, entry.name)).sort()) {
    const path = relative(directory, file).split(sep).join("/");
    const text = readFileSync(file, "utf8");
    files.set(path, text);
    hash.update(`${path}\0${text}\0`);
  }
  return memoryTree(`main@sha1:${hash.digest("hex")}`, files);
}

/** A tree of files that are at hand. */
export function memoryTree(revision: string, files: ReadonlyMap<string, string>): SourceTree {
  return { revision, readFile: (path) => files.get(path), files: () => [...files.keys()] };
}
