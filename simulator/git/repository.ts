import { z } from "zod";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import { type Commit, type GitObject, namedBy, OBJECT_TYPES, objectId, readCommit, readTree } from "./git-object.ts";

const objectRecordSchema = z.object({ type: z.enum(OBJECT_TYPES), content: z.string() });

export const NO_OBJECT = "0".repeat(40);
/** The branch that HEAD names. */
export const DEFAULT_BRANCH = "refs/heads/main";

/** A change of a ref that is asked for. */
export interface RefChange {
  readonly ref: string;
  /** What it is taken to be; NO_OBJECT when it should not be there. */
  readonly before: string;
  /** NO_OBJECT deletes it. */
  readonly after: string;
}

/** A file tree as it stands at a commit: what Flux reads. */
export interface SourceTree {
  /** The id of the commit, or how else it was asked for. */
  readonly revision: string;
  /** The text of a file, by its path with forward slashes; undefined when there is none. */
  readFile(path: string): string | undefined;
  /** The paths of all files, in order. */
  files(): readonly string[];
}

/** A Git repository, kept with the world. */
export class Repository {
  readonly #world: World;
  readonly #objects: Collection<z.infer<typeof objectRecordSchema>>;
  readonly #refs: Collection<string>;

  constructor(world: World) {
    this.#world = world;
    this.#objects = world.store.collection("git-objects", (value) => objectRecordSchema.parse(value));
    this.#refs = world.store.collection("git-refs", (value) => z.string().parse(value));
  }

  /** All refs, in order. */
  refs(): Array<readonly [ref: string, id: string]> {
    return this.#refs
      .keys()
      .sort()
      .map((ref) => [ref, this.#refs.get(ref) ?? NO_OBJECT] as const);
  }

  ref(name: string): string | undefined {
    return this.#refs.get(name);
  }

  has(id: string): boolean {
    return this.#objects.get(id) !== undefined;
  }

  find(id: string): GitObject | undefined {
    const record = this.#objects.get(id);
    return record && { type: record.type, content: Buffer.from(record.content, "base64") };
  }

  /** An object that must be there. Throws an Error when it is not. */
  object(id: string): GitObject {
    const found = this.find(id);
    if (!found) throw new Error(`the repository has no object ${id}`);
    return found;
  }

  commit(id: string): Commit {
    return readCommit(this.object(id).content);
  }

  /** Keeps objects and moves refs, all or nothing. Throws an Error, and keeps nothing, when a new head is not complete. */
  update(objects: readonly GitObject[], changes: readonly RefChange[]): void {
    this.#world.change(() => {
      for (const { type, content } of objects) {
        const id = objectId({ type, content });
        if (!this.has(id)) this.#objects.put(id, { type, content: content.toString("base64") });
      }
      for (const { ref, after } of changes) {
        if (after === NO_OBJECT) {
          this.#refs.delete(ref);
          continue;
        }
        this.#checkComplete(after);
        this.#refs.put(ref, after);
      }
    });
  }

  /** The tree at a branch's head; undefined when there is no such branch. */
  source(branch: string): SourceTree | undefined {
    const revision = this.ref(`refs/heads/${branch}`);
    return revision === undefined ? undefined : this.sourceAt(revision);
  }

  /** The tree at a commit; undefined when there is none. */
  sourceAt(revision: string): SourceTree | undefined {
    if (this.find(revision)?.type !== "commit") return undefined;
    const root = this.commit(revision).tree;
    return {
      revision,
      readFile: (path) => this.#readFile(root, path.split("/")),
      files: () => this.#filesOf(root, "").sort(),
    };
  }

  #filesOf(tree: string, prefix: string): string[] {
    return readTree(this.object(tree).content).flatMap(({ mode, name, id }) => {
      if (mode === "40000") return this.#filesOf(id, `${prefix}${name}/`);
      return mode === "160000" ? [] : [`${prefix}${name}`];
    });
  }

  #readFile(tree: string, [name, ...rest]: readonly string[]): string | undefined {
    const entry = readTree(this.object(tree).content).find((one) => one.name === name);
    if (!entry) return undefined;
    const object = this.object(entry.id);
    if (rest.length > 0) return object.type === "tree" ? this.#readFile(entry.id, rest) : undefined;
    return object.type === "blob" ? object.content.toString("utf8") : undefined;
  }

  /** What is reachable from a head must be here; what a ref already names is complete. */
  #checkComplete(head: string): void {
    const seen = new Set(this.refs().map(([, id]) => id));
    const open = [head];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...namedBy(this.object(id)));
    }
  }
}
