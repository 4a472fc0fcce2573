import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { drainCommand, withoutSwitchValues } from "./drain/drain-flags.ts";
import { CommandFailure, EXIT_FAILED, EXIT_USAGE, SaidFailure } from "./failure.ts";
import { preflightCommand } from "./preflight/preflight-flags.ts";
import { simulateCommand } from "./simulate/simulate-flags.ts";
import { Interrupted } from "./start/interrupts.ts";
import { startCommand } from "./start/start-flags.ts";

/** The app lies above the folder of this file: dist/cli.js when built, cli/main.ts in the repository. */
const appDirectory = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Each command's work is loaded when it is asked for: a drain must not wait for what `start` needs. */
function createProgram(): Command {
  const program = new Command("drydock")
    .description("Day-2 automation for AKS fleets.")
    .version(versionIn(appDirectory), "--version", "print the version")
    .configureOutput({ outputError: (text, write) => write(asOneLine(text)) })
    .exitOverride();
  const commands = [
    startCommand(appDirectory, async (flags) => {
      const { start } = await import("./start/start.ts");
      process.exitCode = await start(flags, process.stdout);
    }),
    simulateCommand(appDirectory, async (flags) => {
      const { simulate } = await import("./simulate/simulate.ts");
      process.exitCode = await simulate(flags, process.stdout);
    }),
    preflightCommand(async (flags) => {
      const { preflight } = await import("./preflight/preflight.ts");
      process.exitCode = await preflight(flags, process.stdout, process.env);
    }),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  // It says what is wrong, and ends, as kubectl does.
  program.addCommand(
    drainCommand(async (nodes, flags) => {
      const place = {
        out: process.stdout,
        err: process.stderr,
        environment: process.env,
        onInterrupt: (stop: () => void) => void process.once("SIGINT", stop),
      };
      if (flags.plan) {
        const { showPlan } = await import("./drain/plan/show-plan.ts");
        process.exitCode = await showPlan(nodes, flags, place);
      } else {
        const { drain } = await import("./drain/drain.ts");
        process.exitCode = await drain(nodes, flags, place);
      }
    }),
  );
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
    await createProgram().parseAsync(withoutSwitchValues(process.argv));
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
