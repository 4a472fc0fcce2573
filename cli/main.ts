import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { withoutSwitchValues } from "./drain/drain-flags.ts";
import { CommandFailure, EXIT_FAILED, EXIT_USAGE, SaidFailure } from "./failure.ts";
import { createProgram } from "./program.ts";
import { Interrupted } from "./start/interrupts.ts";

/** The app lies above the folder of this file: dist/cli.js when built, cli/main.ts in the repository. */
const appDirectory = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Whoever reads our output is gone (`drydock start | head`): end as when the terminal closes. */
function endWithReader(): void {
  process.stdout.once("error", () => {
    process.stdout.on("error", () => {});
    process.kill(process.pid, "SIGHUP");
  });
}

async function main(): Promise<void> {
  endWithReader();
  try {
    const place = { out: process.stdout, err: process.stderr, environment: process.env };
    const program = createProgram(appDirectory, place, (exitCode) => {
      process.exitCode = exitCode;
    });
    await program.parseAsync(withoutSwitchValues(process.argv));
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Says what went wrong, in one line where the user can mend it, and answers the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted || error instanceof SaidFailure) return error.exitCode;
  // Commander has said it already; --help ends with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  if (error instanceof CommandFailure) {
    process.stderr.write(`drydock: ${error.message}\n`);
    return error.exitCode;
  }
  process.stderr.write(`drydock: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT_FAILED;
}

await main();
