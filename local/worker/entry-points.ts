import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";

/** The app cannot be loaded; the message names the file and what to do. */
export class AppLoadError extends Error {
  override readonly name = "AppLoadError";
}

/** Which files an app consists of. */
export interface EntryPoints {
  readonly files: readonly string[];
  /** Whether `.js` files are ES modules. */
  readonly isModule: boolean;
}

/** Reads an app's package.json and finds the files that `main`, a glob, names. Throws AppLoadError. */
export function findEntryPoints(appDirectory: string): EntryPoints {
  const packageFile = join(appDirectory, "package.json");
  let manifest: { main?: unknown; type?: unknown };
  try {
    manifest = JSON.parse(readFileSync(packageFile, "utf8")) as typeof manifest;
  } catch (error) {
    throw new AppLoadError(
      `${packageFile} cannot be read: ${(error as Error).message}. Name the folder of a Functions app.`,
    );
  }
  const { main } = manifest;
  if (typeof main !== "string" || main === "") {
    throw new AppLoadError(`${packageFile} has no "main". Set it to the app's entry file, or a glob of them.`);
  }
  const files = globSync(main.replace(/^\.\//, ""), { cwd: appDirectory }).toSorted();
  if (files.length === 0) {
    throw new AppLoadError(`No file matches "main": "${main}" of ${packageFile}. Build the app first (npm run build).`);
  }
  return { files: files.map((file) => resolve(appDirectory, file)), isModule: manifest.type === "module" };
}

const require = createRequire(import.meta.url);
let loads = 0;

/**
 * Loads the files in order, afresh: CommonJS modules of the app and both Functions libraries are evaluated again. An app
 * of several ES modules can be loaded only once a process, because Node never forgets those.
 */
export async function loadEntryPoints(appDirectory: string, entry: EntryPoints): Promise<void> {
  loads += 1;
  const root = resolve(appDirectory) + sep;
  const libraries = /[\\/]node_modules[\\/](@azure[\\/]functions|durable-functions)[\\/]/;
  for (const path of Object.keys(require.cache)) {
    const inLibrary = libraries.test(path);
    const inApp = path.startsWith(root) && !path.slice(root.length).startsWith(`node_modules${sep}`);
    if (inLibrary || inApp) delete require.cache[path];
  }
  for (const file of entry.files) {
    try {
      const isModule = file.endsWith(".mjs") || (entry.isModule && !file.endsWith(".cjs"));
      if (isModule) await import(`${pathToFileURL(file).href}?load=${loads}`);
      else require(file);
    } catch (error) {
      throw new AppLoadError(`The app's entry file ${file} could not be loaded: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }
}
