import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { CommandFailure, EXIT_FAILED, EXIT_USAGE } from "./failure.ts";
import { simulate } from "./simulate/simulate.ts";
import { simulateCommand } from "./simulate/simulate-flags.ts";
import { Interrupted } from "./start/interrupts.ts";
import { start } from "./start/start.ts";
import { startCommand } from "./start/start-flags.ts";

/** The app lies above the folder of this file: dist/cli.js when built, cli/main.ts in the repository. */
const appDirectory = join(dirname(fileURLToPath(import.meta.url)), "..");

function createProgram(): Command {
  const program = new Command("drydock")
    .description("Day-2 automation for AKS fleets.")
    .version(versionIn(appDirectory), "--version", "print the version")
    .configureOutput({ outputError: (text, write) => write(asOneLine(text)) })
    .exitOverride();
  const commands = [
    startCommand(appDirectory, async (flags) => {
      process.exitCode = await start(flags, process.stdout);
    }),
    simulateCommand(appDirectory, async (flags) => {
      process.exitCode = await simulate(flags, process.stdout);
    }),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  return program;
}

/** Commander's complaint, its suggestion on the same line; the help that it shows without a command stays as it is. */
function asOneLine(text: string): string {
  return text.startsWith("error: ") ? `${text.replace("error: ", "drydock: ").trim().split("\n").join(" ")}\n` : text;
}

function versionIn(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { version: string };
  return version;
}

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
    await createProgram().parseAsync();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
  }
}

/** Says what went wrong, in one line where the user can mend it, and answers the exit code. */
function exitCodeOf(error: unknown): number {
  if (error instanceof Interrupted) return error.exitCode;
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
