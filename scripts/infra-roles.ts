/**
 * Keeps infra/roles/used-operations.json, the list of what the product asks of Azure and of clusters: `npm run roles` runs the
 * tests of the whole app and writes what they asked for. With `--unused FILE` it only says what is in the list and was not
 * asked for by the tests that wrote FILE, and exits 1 when there is any.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  linesOf,
  operationsFrom,
  readUsedOperations,
  SEEN_FILE,
  USED_OPERATIONS,
  WRITING,
} from "../test/infra/roles/used-operations.ts";

/** The tests that show the product at work: the app whole, and its adapters. */
const WITNESSES = ["test/app", "test/adapters"];

function readLines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line));
}

function writeAnew(): number {
  const folder = mkdtempSync(join(tmpdir(), "drydock-roles-"));
  const file = join(folder, "seen");
  const env = { ...process.env, [SEEN_FILE]: file, [WRITING]: "yes" };
  const ran = spawnSync("vitest", ["run", "--project", "integration", ...WITNESSES], { stdio: "inherit", env });
  const seen = operationsFrom(readLines(file));
  rmSync(folder, { recursive: true, force: true });
  if (ran.status !== 0) {
    console.error("Tests failed: the list stays as it was, for what they would have asked is not known.");
    return 1;
  }
  const before = linesOf(readUsedOperations());
  const after = linesOf(seen);
  writeFileSync(USED_OPERATIONS, `${JSON.stringify(seen, null, 2)}\n`);
  for (const line of without(after, before)) console.log(`+ ${line}`);
  for (const line of without(before, after)) console.log(`- ${line}`);
  console.log(`${after.length} operations; now bring the roles in infra/roles/ to the same.`);
  return 0;
}

function showUnused(file: string): number {
  const unused = without(linesOf(readUsedOperations()), readLines(file));
  for (const line of unused)
    console.error(`infra/roles/used-operations.json: no test asked for ${line}; run npm run roles`);
  return unused.length === 0 ? 0 : 1;
}

const [flag, file] = process.argv.slice(2);
process.exitCode = flag === "--unused" && file !== undefined ? showUnused(file) : writeAnew();
