/** What of package-lock.json (version 3) tells whether it is complete. */
interface LockFile {
  readonly packages?: Readonly<Record<string, LockEntry>>;
}

interface LockEntry {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package that an entry of the lock file needs and the lock file lacks. */
export interface MissingEntry {
  readonly line: number;
  readonly sentence: string;
}

/**
 * Finds packages that a lock file names and does not hold. npm writes such files when it runs beside an installed tree: the
 * binaries of other platforms are left out (npm/cli 4828), and `npm ci` on one of them then installs a tool that cannot start.
 */
export function missingLockEntries(text: string): MissingEntry[] {
  const { packages = {} } = JSON.parse(text) as LockFile;
  const lines = text.split("\n");
  return Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !isThere(packages, path, name))
      .map((name) => ({
        line: lines.findIndex((line) => line.trimStart().startsWith(`${JSON.stringify(path)}: {`)) + 1,
        sentence: `${path === "" ? "the package" : path} needs ${name}, which has no entry; delete node_modules and package-lock.json and run npm install`,
      })),
  );
}

/** Whether Node would find a package from a path: beside it, or beside any of those that it is in. */
function isThere(packages: Readonly<Record<string, LockEntry>>, path: string, name: string): boolean {
  for (let base = path; ; base = base.slice(0, Math.max(0, base.lastIndexOf("/node_modules/")))) {
    if (`${base === "" ? "" : `${base}/`}node_modules/${name}` in packages) return true;
    if (base === "") return false;
  }
}
