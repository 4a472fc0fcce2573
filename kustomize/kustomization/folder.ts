import { KustomizeError, RenderProblem } from "../kustomize-error.ts";
import { directoryOf, isInside, joinPath } from "../path.ts";

/**
 * Gives a file of the repository by its path with forward slashes; undefined when there is none. Bytes may be given for
 * files that are no text: a generator puts them into binaryData.
 */
export type ReadFile = (path: string) => string | Uint8Array | undefined;

/** What a remote resource is: one file, or a folder of another tree. */
export type RemoteSource = { readonly text: string } | { readonly directory: string; readonly readFile: ReadFile };

/** Finds a remote resource; undefined when it is not at hand. */
export type ResolveRemote = (url: string) => RemoteSource | undefined;

/** How a build reads. */
export interface FolderOptions {
  /** Remote resources and components; without it they are refused. */
  readonly resolveRemote?: ResolveRemote | undefined;
  /** Whether files may lie outside of the folder of the kustomization that names them; Flux allows it. */
  readonly anyFile?: boolean | undefined;
}

/** The folder of a kustomization, and how it was come by. */
export interface Folder {
  readonly path: string;
  readonly readFile: ReadFile;
  readonly options: FolderOptions;
  readonly parent: Folder | undefined;
}

/** Whether a path is an address. */
export function isRemote(path: string): boolean {
  return /^(?:git::|gh:|https?:\/\/|ssh:\/\/|file:\/\/|github\.com[:/]|[a-z][a-z0-9-]*@)|\?ref=/i.test(path);
}

/** The text of a file that a kustomization names. Throws a KustomizeError that names the file it looked for. */
export function loadText(folder: Folder, path: string): string {
  const content = loadBytes(folder, path);
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

/** The content of a file that a kustomization names. */
export function loadBytes(folder: Folder, path: string): string | Uint8Array {
  if (isRemote(path)) {
    const found = folder.options.resolveRemote?.(path);
    if (found && "text" in found) return found.text;
    throw new RenderProblem(`remote file ${path} is not at hand; vendor it into the repository`);
  }
  if (path.startsWith("/")) throw new RenderProblem(`${path} must be a relative path`);
  const file = joinPath(folder.path, path);
  const content = folder.readFile(file);
  if (content === undefined) throw new KustomizeError(file, `no such file (named by ${folder.path || "."})`);
  refuseOutside(folder, path, file);
  return content;
}

function refuseOutside(folder: Folder, named: string, file: string): void {
  if (folder.options.anyFile || isInside(folder.path, directoryOf(file))) return;
  throw new RenderProblem(
    `${named} is a file outside of ${folder.path || "."}; name its folder, or put the file in or below ${folder.path || "."}`,
  );
}

/** Whether there is a file at a path that a kustomization names. */
export function hasFile(folder: Folder, path: string): boolean {
  return !path.startsWith("/") && folder.readFile(joinPath(folder.path, path)) !== undefined;
}

/**
 * The folder that a kustomization names as a base or component. Throws a RenderProblem for an absolute path, a remote
 * one that is not at hand, and a folder that contains one on the way here, which would never end.
 */
export function openFolder(parent: Folder, path: string): Folder {
  if (isRemote(path)) return openRemote(parent, path);
  if (path === "") throw new RenderProblem("an empty path");
  if (path.startsWith("/")) throw new RenderProblem(`${path} must be a relative path`);
  const folder: Folder = { ...parent, path: joinPath(parent.path, path), parent };
  for (let above: Folder | undefined = parent; above; above = above.parent) {
    if (above.readFile !== parent.readFile) break;
    if (isInside(folder.path, above.path)) {
      throw new RenderProblem(
        `${path} leads back to ${folder.path || "."}, which contains ${above.path || "."}: a circle`,
      );
    }
  }
  return folder;
}

function openRemote(parent: Folder, path: string): Folder {
  const found = parent.options.resolveRemote?.(path);
  if (!found) {
    throw new RenderProblem(`remote resource ${path} is not at hand; vendor it into the repository`);
  }
  if ("text" in found) throw new RenderProblem(`${path} is a file, not a folder`);
  return { path: found.directory, readFile: found.readFile, options: { ...parent.options, anyFile: false }, parent };
}
