import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { BicepDeclaration, BicepFile } from "./bicep-file.ts";
import { parseBicep } from "./parse-bicep.ts";

/** Files that belong together, by their path, and what else lies beside them. */
export interface BicepProject {
  readonly files: ReadonlyMap<string, BicepFile>;
  readonly others: ReadonlySet<string>;
}

/** Reads all that lies below a folder. */
export function readProject(folder: string): BicepProject {
  const paths = globSync("**/*.*", { cwd: folder }).map((path) => path.replaceAll("\\", "/"));
  return projectOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")])));
}

/** A project from the texts of its files. */
export function projectOf(texts: Readonly<Record<string, string>>): BicepProject {
  const isBicep = (path: string) => /\.bicep(?:param)?$/.test(path);
  const bicep = Object.entries(texts).filter(([path]) => isBicep(path));
  return {
    files: new Map(bicep.map(([path, text]) => [path, parseBicep(text)])),
    others: new Set(Object.keys(texts).filter((path) => !isBicep(path))),
  };
}

/** The path that a path in a file means. */
export function resolvePath(from: string, path: string): string {
  return posix.normalize(posix.join(dirname(from), path));
}

/** Declarations of some kind. */
export function declared(file: BicepFile, ...kinds: ReadonlyArray<BicepDeclaration["kind"]>): BicepDeclaration[] {
  return file.declarations.filter(({ kind }) => kinds.includes(kind));
}
