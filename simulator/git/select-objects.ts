import { type GitObject, readTree } from "./git-object.ts";
import type { Repository } from "./repository.ts";

const SUBMODULE_MODE = "160000";

/** What a client has and wants. */
export interface FetchRequest {
  readonly wants: readonly string[];
  /** Commits that both sides have. */
  readonly common: readonly string[];
  /** Commits that the client has without their parents. */
  readonly shallow: readonly string[];
  /** How many commits deep; undefined: all the way. */
  readonly depth: number | undefined;
}

/** What goes back. */
export interface Selection {
  readonly objects: GitObject[];
  /** Commits that the client will have without their parents. */
  readonly shallow: readonly string[];
  /** Commits whose parents the client did not have and gets now. */
  readonly unshallow: readonly string[];
}

/** Chooses the objects that a client needs. Wants must be there. */
export function selectObjects(repository: Repository, request: FetchRequest): Selection {
  const { depth } = request;
  const commits = request.wants.filter((id) => repository.object(id).type === "commit");
  const others = request.wants.filter((id) => repository.object(id).type !== "commit");
  const tagged = others.flatMap((id) => taggedBy(repository, id));
  const heads = [...commits, ...tagged];
  const boundary = new Set(request.shallow);
  // The client knows nothing beyond its boundary, but what it has it has.
  const known = walk(repository, request.common, boundary, undefined);
  const wanted = walk(repository, heads, depth === undefined ? boundary : new Set(), depth);
  const shallow = depth === undefined ? [] : [...wanted.cut];
  const unshallow =
    depth === undefined ? [] : request.shallow.filter((id) => wanted.seen.has(id) && !wanted.cut.has(id));
  const seen = new Set<string>();
  for (const id of known.seen) addTree(repository, repository.commit(id).tree, seen, () => {});
  const objects: GitObject[] = others.map((id) => repository.object(id));
  for (const id of wanted.seen) {
    if (known.seen.has(id)) continue;
    objects.push(repository.object(id));
    addTree(repository, repository.commit(id).tree, seen, (object) => objects.push(object));
  }
  return { objects, shallow: shallow.filter((id) => !boundary.has(id)), unshallow };
}

/** The commits reachable from some, not going beyond `boundary` nor deeper than `depth`; `cut` are those whose parents were left out. */
function walk(
  repository: Repository,
  heads: readonly string[],
  boundary: ReadonlySet<string>,
  depth: number | undefined,
) {
  const seen = new Set<string>();
  const cut = new Set<string>();
  let level = heads.filter((id) => repository.find(id)?.type === "commit");
  for (let deep = 1; level.length > 0; deep += 1) {
    const next: string[] = [];
    for (const id of level) {
      if (seen.has(id)) continue;
      seen.add(id);
      const { parents } = repository.commit(id);
      if (boundary.has(id) || parents.length === 0) continue;
      if (depth !== undefined && deep >= depth) cut.add(id);
      else next.push(...parents);
    }
    level = next;
  }
  return { seen, cut };
}

function taggedBy(repository: Repository, id: string): string[] {
  const [, target] = /^object ([0-9a-f]{40})$/m.exec(repository.object(id).content.toString("utf8")) ?? [];
  return target === undefined ? [] : [target];
}

function addTree(repository: Repository, id: string, seen: Set<string>, add: (object: GitObject) => void): void {
  if (seen.has(id)) return;
  seen.add(id);
  const tree = repository.object(id);
  add(tree);
  for (const entry of readTree(tree.content)) {
    if (entry.mode === SUBMODULE_MODE) continue;
    if (entry.mode === "40000") addTree(repository, entry.id, seen, add);
    else if (!seen.has(entry.id)) {
      seen.add(entry.id);
      add(repository.object(entry.id));
    }
  }
}
