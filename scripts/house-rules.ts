/**
 * Checks what no linter knows about this repository: which folder may import which (docs/architecture.md, "The house"),
 * which globals are out of bounds where orchestrations must replay, how long a file may grow, and that package-lock.json is
 * complete. Run by `npm test`; prints one line per violation, `path:line sentence`, and exits 1 when there is any.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { missingLockEntries } from "./lock-file.ts";

/** What a top-level folder may reach. `packages` lists npm packages; "*" means any. */
interface FolderRule {
  readonly folders: readonly string[];
  readonly typeOnlyFolders?: readonly string[];
  readonly packages: readonly string[] | "*";
  readonly forbiddenPackages?: readonly string[];
  readonly nodeBuiltins: boolean;
  readonly deterministic?: boolean;
}

/** The import rules of the house, one row a folder. */
const FOLDER_RULES: Readonly<Record<string, FolderRule>> = {
  domain: {
    folders: [],
    packages: ["zod", "temporal-polyfill", "semver", "croner", "yaml"],
    nodeBuiltins: false,
    deterministic: true,
  },
  orchestrations: {
    folders: ["domain"],
    typeOnlyFolders: ["activities"],
    packages: ["durable-functions"],
    nodeBuiltins: false,
    deterministic: true,
  },
  activities: { folders: ["domain", "adapters", "kustomize"], packages: ["zod"], nodeBuiltins: true },
  functions: {
    folders: ["domain", "orchestrations", "adapters", "activities"],
    packages: ["@azure/functions", "durable-functions", "zod"],
    nodeBuiltins: true,
  },
  adapters: {
    folders: ["domain"],
    packages: "*",
    forbiddenPackages: ["@azure/functions", "durable-functions"],
    nodeBuiltins: true,
  },
  local: {
    folders: [],
    packages: "*",
    forbiddenPackages: ["@azure/functions", "durable-functions"],
    nodeBuiltins: true,
  },
  simulator: {
    folders: ["kustomize"],
    packages: "*",
    forbiddenPackages: ["@azure/functions", "durable-functions"],
    nodeBuiltins: true,
  },
  console: { folders: [], typeOnlyFolders: ["domain"], packages: ["preact"], nodeBuiltins: false },
  cli: {
    folders: ["domain", "adapters", "kustomize"],
    packages: "*",
    forbiddenPackages: ["@azure/functions", "durable-functions"],
    nodeBuiltins: true,
  },
  kustomize: { folders: [], packages: ["yaml"], nodeBuiltins: false },
};

/** Calls that make a replay differ from the first run, with what to use in their place. */
const NON_DETERMINISTIC: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bDate\.now\s*\(/, "Date.now() (take the instant as an argument; context.df.currentUtcDateTime in orchestrations)"],
  [/\bnew Date\b(?!\()|\bnew Date\(\s*\)/, "new Date() (take the instant as an argument)"],
  [/\bTemporal\.Now\b/, "Temporal.Now (take the instant as an argument)"],
  [/\bperformance\.now\b/, "performance.now (take the instant as an argument)"],
  [/\bMath\.random\b/, "Math.random (take the value as an argument)"],
  [/\bcrypto\./, "crypto (ids come from the caller)"],
  [/\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\s*\(/, "a timer (use a durable timer)"],
  [/\bfetch\s*\(/, "fetch (use an activity)"],
  [/\bprocess\./, "process (settings come in as arguments)"],
  [/\.localeCompare\s*\(/, "localeCompare (sort by code unit)"],
];

const SOURCE_LINES_MAX = 400;
const TEST_LINES_MAX = 600;

const IMPORT_PATTERN =
  /(?:^|[\n;])\s*(import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|\brequire\(\s*"([^"]+)"\s*\)/g;

interface ImportReference {
  readonly specifier: string;
  readonly typeOnly: boolean;
  /** Where the statement begins, from 1. */
  readonly line: number;
}

/** What breaks a rule, and in which line (from 1). */
interface Violation {
  readonly line: number;
  readonly sentence: string;
}

/** Lists the module specifiers of a TypeScript source text. */
function findImports(source: string): ImportReference[] {
  const found: ImportReference[] = [];
  for (const match of source.matchAll(IMPORT_PATTERN)) {
    const specifier = match[3] ?? match[4] ?? match[5];
    if (specifier === undefined) continue;
    const start = match.index + match[0].search(/[^\s;]/);
    found.push({ specifier, typeOnly: match[2] !== undefined, line: source.slice(0, start).split("\n").length });
  }
  return found;
}

/**
 * Checks one file against the rules.
 * @param path path relative to the repository, with forward slashes
 */
function checkFile(path: string, source: string): Violation[] {
  const violations: Violation[] = [];
  const isTest = /\.test\.tsx?$/.test(path);
  const lines = source.split("\n").length;
  const limit = isTest || path.startsWith("test/") ? TEST_LINES_MAX : SOURCE_LINES_MAX;
  if (lines > limit) violations.push({ line: limit + 1, sentence: `has ${lines} lines; split it (limit ${limit})` });
  const folder = path.split("/")[0] ?? "";
  const rule = FOLDER_RULES[folder];
  if (!rule) return violations;
  for (const reference of findImports(source)) {
    const sentence = checkImport(path, folder, rule, reference, isTest);
    if (sentence) violations.push({ line: reference.line, sentence });
  }
  if (rule.deterministic && !isTest) violations.push(...checkDeterminism(source));
  return violations;
}

function checkImport(
  path: string,
  folder: string,
  rule: FolderRule,
  reference: ImportReference,
  isTest: boolean,
): string | undefined {
  const { specifier, typeOnly } = reference;
  if (specifier.startsWith(".")) {
    const target = normalize(join(dirname(path), specifier))
      .split(sep)
      .join("/");
    const targetFolder = target.split("/")[0] ?? "";
    if (targetFolder === folder || rule.folders.includes(targetFolder)) return undefined;
    if (typeOnly && rule.typeOnlyFolders?.includes(targetFolder)) return undefined;
    return `imports ${specifier}: ${folder}/ may not import ${targetFolder}/`;
  }
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
    return rule.nodeBuiltins || isTest ? undefined : `imports ${specifier}: ${folder}/ has no access to Node's modules`;
  }
  const name = specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
  if (isTest && ["vitest", "fast-check", "yaml", "ajv", "ajv-formats"].includes(name)) return undefined;
  if (rule.forbiddenPackages?.includes(name)) return `imports ${name}: not for ${folder}/`;
  if (rule.packages !== "*" && !rule.packages.includes(name)) return `imports ${name}: not for ${folder}/`;
  return undefined;
}

function checkDeterminism(source: string): Violation[] {
  return source.split("\n").flatMap((line, index) =>
    NON_DETERMINISTIC.filter(([pattern]) => pattern.test(codeOf(line))).map(([, what]) => ({
      line: index + 1,
      sentence: `uses ${what}`,
    })),
  );
}

/** A line without comments and text; what a template literal computes is code. */
function codeOf(line: string): string {
  return line
    .replace(/^\s*(?:\*(?:\s|\/|$)|\/\/|\/\*).*$/, "")
    .replace(/`[^`]*`/g, (template) => [...template.matchAll(/\$\{([^}]*)\}/g)].map(([, code]) => code).join(";"))
    .replace(/"(?:[^"\\]|\\.)*"/g, '""');
}

/** Checks the repository's own folders and its lock file; answers `path:line sentence` for each violation. */
export function checkTree(root: string): string[] {
  const folders = [...Object.keys(FOLDER_RULES), "scripts", "test"];
  const lockFile = "package-lock.json";
  const lock = existsSync(join(root, lockFile)) ? readFileSync(join(root, lockFile), "utf8") : undefined;
  return [
    ...folders.flatMap((folder) => checkFolder(root, folder)),
    ...(lock === undefined
      ? [`${lockFile}: is missing; run npm install and commit it`]
      : missingLockEntries(lock).map(({ line, sentence }) => `${lockFile}:${line} ${sentence}`)),
  ];
}

function checkFolder(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) {
    return [`${folder}/: does not exist, and scripts/house-rules.ts has rules for it; bring it back or take them out`];
  }
  const violations: string[] = [];
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(root, file).split(sep).join("/");
    if (path.includes("node_modules/")) continue;
    for (const { line, sentence } of checkFile(path, readFileSync(file, "utf8"))) {
      violations.push(`${path}:${line} ${sentence}`);
    }
  }
  return violations;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const violations = checkTree(join(dirname(fileURLToPath(import.meta.url)), ".."));
  for (const violation of violations) console.error(violation);
  const folders = Object.keys(FOLDER_RULES).length;
  console.log(
    violations.length === 0
      ? `house rules: ${folders} folders, no violation`
      : `house rules: ${violations.length} violation(s)`,
  );
  process.exitCode = violations.length === 0 ? 0 : 1;
}
