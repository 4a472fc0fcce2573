import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { type GitObject, objectId, type TreeEntry, treeObject } from "./git-object.ts";
import { DEFAULT_BRANCH, NO_OBJECT, type Repository } from "./repository.ts";

const AUTHOR = "Drydock sample <fleet@drydock.example>";
const MESSAGE = "The fleet as it stands\n";

/** Commits a folder to an empty repository: the same files and the same instant make the same commit. */
export function commitFolder(repository: Repository, directory: string, atMs: number): void {
  const objects: GitObject[] = [];
  const keep = (object: GitObject) => {
    objects.push(object);
    return objectId(object);
  };
  const tree = keepTree(directory, keep);
  const when = `${AUTHOR} ${Math.floor(atMs / 1_000)} +0000`;
  const content = Buffer.from(`tree ${tree}\nauthor ${when}\ncommitter ${when}\n\n${MESSAGE}`);
  const after = keep({ type: "commit", content });
  repository.update(objects, [{ ref: DEFAULT_BRANCH, before: NO_OBJECT, after }]);
}

function keepTree(directory: string, keep: (object: GitObject) => string): string {
  const entries: TreeEntry[] = [];
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stats = lstatSync(path);
    if (name === ".git") continue;
    if (stats.isDirectory()) entries.push({ mode: "40000", name, id: keepTree(path, keep) });
    else if (stats.isSymbolicLink()) {
      entries.push({ mode: "120000", name, id: keep({ type: "blob", content: Buffer.from(readlinkSync(path)) }) });
    } else if (stats.isFile()) {
      const mode = stats.mode & 0o100 ? "100755" : "100644";
      entries.push({ mode, name, id: keep({ type: "blob", content: readFileSync(path) }) });
    }
  }
  return keep(treeObject(entries));
}
