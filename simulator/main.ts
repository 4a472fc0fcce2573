import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { ClockOrigin } from "./clock.ts";
import { readScenario } from "./faults/scenario.ts";
import { writeKubeconfigs } from "./kubeconfig-files.ts";
import { createSimulator, type Simulator } from "./simulator.ts";

const EXIT_USAGE = 2;

interface Flags {
  readonly fleet: string;
  readonly port: number;
  readonly state?: string;
  readonly seed: number;
  readonly speed: number;
  readonly scenario?: string;
  readonly clockOrigin?: ClockOrigin;
  readonly identityHeader?: string;
  readonly kubeconfigs?: string;
  readonly logLevel: string;
}

/** The number a flag holds; refuses what is not a number or is outside of the range. */
function numberIn(low: number, high: number, whole: boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? "whole " : ""}number from ${low} to ${high}.`);
  };
}

function parseOrigin(text: string): ClockOrigin {
  const [, realMs, virtualMs] = /^(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (realMs !== undefined) return { realMs: Number(realMs), virtualMs: Number(virtualMs) };
  throw new InvalidArgumentError("It must be REAL_MS,VIRTUAL_MS.");
}

function createCommand(): Command {
  return new Command("simulator")
    .description("A simulated Azure with AKS clusters, to run Drydock against.")
    .addOption(new Option("--fleet <dir>", "folder with azure.yaml and the clusters' workloads").default("fleet"))
    .addOption(new Option("--port <n>", "0 takes a free one").default(0).argParser(numberIn(0, 65_535, true)))
    .addOption(new Option("--state <dir>", "where the world is kept; without it, in memory"))
    .addOption(
      new Option("--seed <n>", "the same seed makes the same world")
        .default(1)
        .argParser(numberIn(0, 2 ** 32 - 1, true)),
    )
    .addOption(
      new Option("--speed <n>", "how many times faster than real time")
        .default(1)
        .argParser(numberIn(0.01, 1e6, false)),
    )
    .addOption(new Option("--scenario <file>", "model settings and faults (YAML)"))
    .addOption(new Option("--clock-origin <real,virtual>", "fixed point of the clock, in ms").argParser(parseOrigin))
    .addOption(new Option("--identity-header <text>", "X-IDENTITY-HEADER that /msi/token expects; random without it"))
    .addOption(new Option("--kubeconfigs <dir>", "where a kubeconfig per cluster is written"))
    .addOption(
      new Option("--log-level <level>", "pino's").default("info").choices(["debug", "info", "warn", "error", "silent"]),
    )
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, "simulator: ")) })
    .exitOverride();
}

async function start(flags: Flags): Promise<Simulator> {
  const { fleet, state, scenario, kubeconfigs, ...rest } = flags;
  const simulator = await createSimulator({
    ...rest,
    fleetDirectory: fleet,
    stateDirectory: state,
    scenario: scenario === undefined ? undefined : readScenario(scenario),
  });
  try {
    if (kubeconfigs !== undefined) writeKubeconfigs(simulator.azure, simulator.url, kubeconfigs);
  } catch (error) {
    await simulator.close();
    throw error;
  }
  return simulator;
}

function stopOnSignal(simulator: Simulator): void {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

async function main(): Promise<void> {
  const command = createCommand();
  try {
    command.parse();
    const simulator = await start(command.opts<Flags>());
    stopOnSignal(simulator);
    const { url, teamsWebhookUrl, identityEndpoint, identityHeader, eventGridTopicEndpoint, eventGridTopicKey } =
      simulator;
    const places = {
      url,
      teamsWebhookUrl,
      identityEndpoint,
      identityHeader,
      eventGridTopicEndpoint,
      eventGridTopicKey,
    };
    process.stdout.write(`${JSON.stringify({ event: "ready", ...places })}\n`);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    // What a parser said of a file may have several lines.
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
    process.stderr.write(`simulator: ${reason.trim()}\n`);
    process.exitCode = EXIT_USAGE;
  }
}

await main();
