/**
 * The one test command: build, typecheck, lint, house rules, dead code, then unit, integration and browser tests, and whether
 * the roles of infra/ allow anything that no test asked for. Every step runs even when an earlier one failed, so that one run
 * shows all there is to mend. The last line counts tests.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SEEN_FILE } from "../test/infra/roles/used-operations.ts";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const steps: Step[] = [
  { name: "build", command: ["node", "scripts/build.ts"] },
  { name: "typecheck", command: ["tsc", "--noEmit"] },
  { name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
  { name: "house rules", command: ["node", "scripts/house-rules.ts"] },
  { name: "dead code", command: ["knip"] },
];

const env: NodeJS.ProcessEnv = {
  ...process.env,
  NO_UPDATE_NOTIFIER: "1",
  DO_NOT_TRACK: "1",
  VITEST_SKIP_INSTALL_CHECKS: "1",
};

function run(step: Step): boolean {
  const startedMs = performance.now();
  const [command = "", ...args] = step.command;
  const result = spawnSync(command, args, { stdio: "inherit", env });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const ok = result.status === 0;
  console.log(`${ok ? "ok  " : "FAIL"} ${step.name} (${seconds} s)`);
  return ok;
}

const failedSteps = steps.filter((step) => !run(step)).map((step) => step.name);

const folder = mkdtempSync(join(tmpdir(), "drydock-test-"));
const report = join(folder, "vitest.json");
const seenOperations = join(folder, "seen-operations");
env[SEEN_FILE] = seenOperations;
run({
  name: "tests",
  command: [
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
});

let passed = 0;
let failed = 0;
let skipped = 0;
let failedFiles = 0;
try {
  const counts = JSON.parse(readFileSync(report, "utf8"));
  passed = counts.numPassedTests;
  failed = counts.numFailedTests;
  skipped = counts.numPendingTests + counts.numTodoTests;
  failedFiles = counts.testResults.filter((file: { status: string }) => file.status !== "passed").length;
} catch (error) {
  console.error(`The test runner left no report: ${String(error)}`);
  failedFiles = 1;
}
// What the roles allow and no test asked for can only be told when all tests have run.
const isWhole = process.argv.length === 2 && failed === 0 && failedFiles === 0;
const roles: Step = { name: "roles", command: ["node", "scripts/infra-roles.ts", "--unused", seenOperations] };
if (isWhole && !run(roles)) failedSteps.push(roles.name);
rmSync(folder, { recursive: true, force: true });

if (failedSteps.length > 0) console.log(`failed beside the tests: ${failedSteps.join(", ")}`);
const failures = failed + failedSteps.length + (failed === 0 ? failedFiles : 0);
console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
process.exitCode = failures === 0 && passed > 0 ? 0 : 1;
