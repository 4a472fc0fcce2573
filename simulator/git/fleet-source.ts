import { type GitObject, objectId, readTree, type TreeEntry, treeObject } from "./git-object.ts";
import type { Repository, SourceTree } from "./repository.ts";

const AUTHOR = "fluxcdbot <fluxcdbot@users.noreply.example>";

/** Why a revision cannot be had, in the words of Flux's source controller. */
export interface SourceFailure {
  readonly reason: string;
  readonly message: string;
}

/** Which revision is asked for: a commit wins over a tag, a tag over a branch; `main` without any. */
export interface SourceAsked {
  readonly url: string;
  readonly reference: Readonly<Record<string, string>>;
}

/** Finds a revision; it is written as Flux does: `main@sha1:...`, or `sha1:...` for a commit alone. Whatever the URL, it is the fleet's repository: the simulated world has no other. */
export function findSource(
  repository: Repository,
  { url, reference }: SourceAsked,
): SourceTree | { readonly failure: SourceFailure } {
  const { commit, tag, branch = "main" } = reference;
  const ref = tag === undefined ? `refs/heads/${branch}` : `refs/tags/${tag}`;
  const id = commit ?? commitOf(repository, ref);
  const tree = id === undefined ? undefined : repository.sourceAt(id);
  if (tree === undefined) {
    const missing = commit === undefined ? `couldn't find remote ref "${ref}"` : `object not found: ${commit}`;
    const message = `failed to checkout and determine revision: unable to clone '${url}': ${missing}`;
    return { failure: { reason: "GitOperationFailed", message } };
  }
  const revision = commit === undefined ? `${tag ?? branch}@sha1:${id}` : `sha1:${id}`;
  return { ...tree, revision };
}

/** The commit that a ref leads to, also through an annotated tag. */
function commitOf(repository: Repository, ref: string): string | undefined {
  const id = repository.ref(ref);
  const object = id === undefined ? undefined : repository.find(id);
  if (object?.type !== "tag") return id;
  return /^object ([0-9a-f]{40})$/m.exec(object.content.toString("utf8"))?.[1];
}

/** A commit to make. */
export interface CommitAsked {
  readonly branch: string;
  readonly message: string;
  /** New texts by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly atMs: number;
}

/** Commits changed files to a branch, as Flux's image automation does; answers the commit's id. Throws an Error when there is no such branch. */
export function commitFiles(repository: Repository, { branch, message, files, atMs }: CommitAsked): string {
  const ref = `refs/heads/${branch}`;
  const before = repository.ref(ref);
  if (before === undefined) throw new Error(`the repository has no branch ${branch}`);
  const objects: GitObject[] = [];
  const keep = (object: GitObject) => {
    objects.push(object);
    return objectId(object);
  };
  let tree = repository.commit(before).tree;
  const find = (id: string) => objects.find((object) => objectId(object) === id) ?? repository.object(id);
  for (const [path, text] of files) {
    const blob = keep({ type: "blob", content: Buffer.from(text) });
    tree = withFile({ find, keep }, tree, path.split("/"), blob);
  }
  const when = `${AUTHOR} ${Math.floor(atMs / 1_000)} +0000`;
  const text = `tree ${tree}\nparent ${before}\nauthor ${when}\ncommitter ${when}\n\n${message.trimEnd()}\n`;
  const after = keep({ type: "commit", content: Buffer.from(text) });
  repository.update(objects, [{ ref, before, after }]);
  return after;
}

interface Objects {
  find(id: string): GitObject;
  keep(object: GitObject): string;
}

/** A tree with one file changed or added; answers its id. */
function withFile(
  objects: Objects,
  tree: string | undefined,
  [name = "", ...rest]: readonly string[],
  blob: string,
): string {
  const entries = tree === undefined ? [] : readTree(objects.find(tree).content);
  const old = entries.find((entry) => entry.name === name);
  const isFolder = rest.length > 0;
  const inner = old?.mode === "40000" ? old.id : undefined;
  const entry: TreeEntry = isFolder
    ? { mode: "40000", name, id: withFile(objects, inner, rest, blob) }
    : { mode: old?.mode ?? "100644", name, id: blob };
  return objects.keep(treeObject([...entries.filter((one) => one.name !== name), entry]));
}
