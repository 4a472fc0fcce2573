import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";

/** What of a package.json says how to load the app; anything of another shape counts as absent. */
const manifestSchema = z
  .object({ main: z.string().default("").catch(""), type: z.string().optional().catch(undefined) })
  .catch({ main: "", type: undefined });

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
  let manifest: z.infer<typeof manifestSchema>;
  try {
    manifest = manifestSchema.parse(JSON.parse(readFileSync(packageFile, "utf8")));
  } catch (error) {
    throw new AppLoadError(
      `${packageFile} cannot be read: ${(error as Error).message}. Name the folder of a Functions app.`,
    );
  }
  const { main } = manifest;
  if (main === "") {
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
      // An app may throw anything.
      const reason = error instanceof Error ? error.message : String(error);
      throw new AppLoadError(`The app's entry file ${file} could not be loaded: ${reason}`, { cause: error });
    }
  }
}
