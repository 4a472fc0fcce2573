/** Joins a relative path onto a folder, resolving `.` and `..`; forward slashes only. */
export function joinPath(directory: string, relative: string): string {
  const parts: string[] = [];
  for (const part of `${directory}/${relative}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

/** The folder that a file is in. */
export function directoryOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether `path` is `directory` or below it; the repository's root is the empty text. */
export function isInside(directory: string, path: string): boolean {
  if (directory === "") return !path.startsWith("..");
  return path === directory || path.startsWith(`${directory}/`);
}
