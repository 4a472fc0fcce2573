import { createHash } from "node:crypto";

export const OBJECT_TYPES = ["commit", "tree", "blob", "tag"] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

/** An object of a Git repository. */
export interface GitObject {
  readonly type: ObjectType;
  readonly content: Buffer;
}

/** What a tree holds under a name. */
export interface TreeEntry {
  /** As Git writes it: 40000, 100644, 100755, 120000 or 160000. */
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

/** What a commit says. */
export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
}

const ID_BYTES = 20;
/** Another repository's commit; its object is not here. */
const SUBMODULE_MODE = "160000";

/** The id of an object: SHA-1 over its header and content. */
export function objectId({ type, content }: GitObject): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** A tree object; entries in Git's order, in which a folder counts as its name with a slash. */
export function treeObject(entries: readonly TreeEntry[]): GitObject {
  const key = ({ mode, name }: TreeEntry) => Buffer.from(mode === "40000" ? `${name}/` : name);
  const sorted = [...entries].sort((left, right) => Buffer.compare(key(left), key(right)));
  const parts = sorted.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  return { type: "tree", content: Buffer.concat(parts) };
}

/** Reads a tree. Throws an Error when the bytes are none. */
export function readTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    if (space < 0 || end < 0 || end + ID_BYTES >= content.length + 1) throw new Error("a tree object is damaged");
    const id = content.subarray(end + 1, end + 1 + ID_BYTES).toString("hex");
    entries.push({ mode: content.toString("utf8", at, space), name: content.toString("utf8", space + 1, end), id });
    at = end + 1 + ID_BYTES;
  }
  return entries;
}

/** Reads a commit. Throws an Error when the bytes are none. */
export function readCommit(content: Buffer): Commit {
  const [head = ""] = content.toString("utf8").split("\n\n");
  const lines = head.split("\n");
  const values = (name: string) =>
    lines.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  const [tree] = values("tree");
  if (tree === undefined) throw new Error("a commit object is damaged");
  return { tree, parents: values("parent") };
}

/** The ids that an object names and that must be in the repository with it. */
export function namedBy({ type, content }: GitObject): string[] {
  if (type === "blob") return [];
  if (type === "tree") {
    return readTree(content)
      .filter(({ mode }) => mode !== SUBMODULE_MODE)
      .map(({ id }) => id);
  }
  if (type === "tag") return [/^object ([0-9a-f]{40})$/m.exec(content.toString("utf8"))?.[1] ?? ""];
  const { tree, parents } = readCommit(content);
  return [tree, ...parents];
}
