import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { SignalKind } from "../domain/run-control.ts";
import { drainCommand } from "./drain/drain-flags.ts";
import { fleetCheckCommand } from "./fleet/fleet-flags.ts";
import { fleetCommand } from "./operate/fleet-command.ts";
import { planCommand } from "./operate/plan-command.ts";
import { reportCommand } from "./operate/report-command.ts";
import { runCommand } from "./operate/run-command.ts";
import { runsCommand } from "./operate/runs-command.ts";
import { signalCommand } from "./operate/signal-command.ts";
import { trendsCommand } from "./operate/trends-command.ts";
import { watchCommand } from "./operate/watch-command.ts";
import { whyCommand } from "./operate/why-command.ts";
import type { Place } from "./output/output.ts";
import { preflightCommand } from "./preflight/preflight-flags.ts";
import { simulateCommand } from "./simulate/simulate-flags.ts";
import { startCommand } from "./start/start-flags.ts";
import { validateCommand } from "./validate/validate-command.ts";

/** What may be told to a run. The schema itself is not loaded here: reading commands must cost nothing. */
const SIGNALS: readonly SignalKind[] = ["approve", "decline", "pause", "resume", "cancel", "retry", "skip"];

/**
 * All commands. Each command's work is loaded when it is asked for: a drain must not wait for what `start` needs.
 *
 * @param appDirectory the folder of the built app
 * @param place where commands write that talk to the API; what starts programs or drains has the process's own
 * @param end gets the exit code of the command that ran
 */
export function createProgram(appDirectory: string, place: Place, end: (exitCode: number) => void): Command {
  const program = new Command("drydock")
    .description("Day-2 automation for AKS fleets.")
    .version(versionIn(appDirectory), "--version", "print the version")
    .configureOutput({ outputError: (text, write) => write(asOneLine(text)) })
    .exitOverride()
    // What follows a command's name is told to that command: `drydock fleet check -o sarif` is no `drydock fleet -o`.
    .enablePositionalOptions();
  const commands = [
    startCommand(appDirectory, async (flags) => {
      const { start } = await import("./start/start.ts");
      end(await start(flags, process.stdout));
    }),
    simulateCommand(appDirectory, async (flags) => {
      const { simulate } = await import("./simulate/simulate.ts");
      end(await simulate(flags, process.stdout));
    }),
    preflightCommand(async (flags) => {
      const { preflight } = await import("./preflight/preflight.ts");
      end(await preflight(flags, place.out, place.environment));
    }),
    validateCommand(async (file, flags) => {
      const { validate } = await import("./validate/validate.ts");
      end(validate(file, flags, place.out, appDirectory));
    }),
    ...operatorCommands(place, end),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  addFleetCheck(program, place, versionIn(appDirectory), end);
  program.addCommand(drain(end));
  return program;
}

/** The commands that talk to the operator API. */
function operatorCommands(place: Place, end: (exitCode: number) => void): Command[] {
  const signals = SIGNALS.map((kind) =>
    signalCommand(kind, async (id, flags) => {
      const { signal } = await import("./operate/signal.ts");
      end(await signal(kind, id, flags, place));
    }),
  );
  return [
    fleetCommand(async (flags) => {
      const { fleet } = await import("./operate/fleet.ts");
      end(await fleet(flags, place));
    }),
    whyCommand(async (cluster, flags) => {
      const { why } = await import("./operate/why.ts");
      end(await why(cluster, flags, place));
    }),
    planCommand(async (kind, flags) => {
      const { plan } = await import("./operate/plan.ts");
      end(await plan(kind, flags, place));
    }),
    runCommand(async (kind, flags) => {
      const { startRun } = await import("./operate/start-run.ts");
      end(await startRun(kind, flags, place));
    }),
    runsCommand(async (flags) => {
      const { runs } = await import("./operate/runs.ts");
      end(await runs(flags, place));
    }),
    watchCommand(async (id, flags) => {
      const { watch } = await import("./operate/watch.ts");
      end(await watch(id, flags, place));
    }),
    ...signals,
    trendsCommand(async (cluster, flags) => {
      const { trends } = await import("./operate/trends.ts");
      end(await trends(cluster, flags, place));
    }),
    reportCommand(async (id, flags) => {
      const { report } = await import("./operate/report.ts");
      end(await report(id, flags, place));
    }),
  ];
}

/** `drydock fleet check` reads files, while `drydock fleet` asks the app. */
function addFleetCheck(program: Command, place: Place, version: string, end: (exitCode: number) => void): void {
  const fleet = program.commands.find((command) => command.name() === "fleet");
  const check = fleetCheckCommand(async (pathOrUrl, flags) => {
    const { fleetCheck } = await import("./fleet/fleet-check.ts");
    end(await fleetCheck(pathOrUrl, flags, { ...place, version }));
  });
  fleet?.enablePositionalOptions().addCommand(check.copyInheritedSettings(program));
}

/** It says what is wrong, and ends, as kubectl does. */
function drain(end: (exitCode: number) => void): Command {
  return drainCommand(async (nodes, flags) => {
    const place = {
      out: process.stdout,
      err: process.stderr,
      environment: process.env,
      onInterrupt: (stop: () => void) => void process.once("SIGINT", stop),
    };
    if (flags.plan) {
      const { showPlan } = await import("./drain/plan/show-plan.ts");
      end(await showPlan(nodes, flags, place));
    } else {
      const { drain } = await import("./drain/drain.ts");
      end(await drain(nodes, flags, place));
    }
  });
}

/** Commander's complaint, its suggestion on the same line; the help that it shows without a command stays as it is. */
function asOneLine(text: string): string {
  return text.startsWith("error: ") ? `${text.replace("error: ", "drydock: ").trim().split("\n").join(" ")}\n` : text;
}

function versionIn(directory: string): string {
  const { version } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as { version: string };
  return version;
}
