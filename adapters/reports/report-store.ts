import type { TokenCredential } from "@azure/identity";
import { DrydockError, terminal } from "../../domain/errors.ts";
import { folderStore } from "./folder-store.ts";

/** Where reports and their evidence are kept: once written, a file stays as it is. Every call throws DrydockError. */
export interface ReportStore {
  /**
   * Writes a file. The same content once more is fine, for steps are repeated; another content is a Conflict, and what was
   * written first stands.
   *
   * @param path relative, with forward slashes, as `restore-test/2026-11/prod-weu/run-1/report.json`
   */
  keep(path: string, file: KeptFile): Promise<void>;
  /** The content of a file; undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;
  /** Paths of all files below a folder (`restore-test/2026-11/`, or "" for all), in the order of their code units. */
  list(folder: string): Promise<string[]>;
}

/** A file as it is kept. */
export interface KeptFile {
  readonly content: Buffer;
  /** Media type. */
  readonly contentType: string;
}

/**
 * Opens the store that REPORTS_STORAGE names: a container of Azure Blob Storage by its URL, or else a folder. Nothing is
 * connected to until it is needed.
 */
export function openReportStore(location: string, credential: TokenCredential): ReportStore {
  if (!/^https?:/.test(location)) return checked(folderStore(location));
  const opened = async () => (await import("./blob-store.ts")).blobStore(location, credential);
  return checked({
    keep: async (path, file) => (await opened()).keep(path, file),
    read: async (path) => (await opened()).read(path),
    list: async (folder) => (await opened()).list(folder),
  });
}

/** That a file is there with another content. */
export function differs(path: string): DrydockError {
  const message = `${path} is kept already, with another content; what was written first stands`;
  return new DrydockError(terminal("Conflict", message));
}

/** No path leads out of the store, whatever clusters and runs are called. */
function checked(store: ReportStore): ReportStore {
  const check = (path: string) => {
    const isPlain = /^[\w.-]+(?:\/[\w.-]+)*$/.test(path) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path);
    if (!isPlain) throw new DrydockError(terminal("Invalid", `${JSON.stringify(path)} is no path of a kept file`));
  };
  return {
    async keep(path, file) {
      check(path);
      await store.keep(path, file);
    },
    async read(path) {
      check(path);
      return store.read(path);
    },
    async list(folder) {
      if (folder !== "") check(folder.replace(/\/$/, ""));
      return store.list(folder);
    },
  };
}
