import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { DrydockError, terminal, transient } from "../../domain/errors.ts";
import { differs, type ReportStore } from "./report-store.ts";

/** What is being written; a write that was cut short leaves one behind, which is none of the store's files. */
const DRAFT = /\.draft-[0-9a-f-]{36}$/;

/** Keeps files in a folder of this machine, which is made when it is needed. */
export function folderStore(root: string): ReportStore {
  const read = (path: string) => asked(`read ${path}`, () => unlessMissing(readFile(join(root, path))));
  return {
    async keep(path, { content }) {
      const file = join(root, path);
      const isNew = await asked(`keep ${path}`, () => writeOnce(file, content));
      if (!isNew && !(await read(path))?.equals(content)) throw differs(path);
    },
    read,
    async list(folder) {
      const entries = await asked(`list ${folder || "the store"}`, () =>
        unlessMissing(readdir(join(root, folder), { recursive: true, withFileTypes: true })),
      );
      return (entries ?? [])
        .filter((entry) => entry.isFile() && !DRAFT.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
        .toSorted((left, right) => (left < right ? -1 : 1));
    },
  };
}

/** Writes a file that is whole or not there at all; answers false when there is one already. */
async function writeOnce(file: string, content: Buffer): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true });
  const draft = `${file}.draft-${randomUUID()}`;
  try {
    const handle = await open(draft, "wx", 0o640);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link, unlike a rename, never takes the place of what is there.
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** A full disk passes, a folder that may not be written to does not. */
async function asked<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code === "") throw error;
    const message = `could not ${what}: ${code}; see REPORTS_STORAGE`;
    const failure = ["ENOSPC", "EIO", "EMFILE", "ENFILE"].includes(code)
      ? transient("Unreachable", message)
      : terminal(["EACCES", "EPERM", "EROFS"].includes(code) ? "Denied" : "Invalid", message);
    throw new DrydockError(failure, { cause: error });
  }
}
