import { Command, type CommanderError, InvalidArgumentError, Option } from "commander";
import { EXIT_FAILED, SaidFailure } from "../failure.ts";
import { goDurationMs } from "./go-duration.ts";

/** The flags of `drydock drain`; names and defaults are kubectl's where kubectl has the flag. */
export interface DrainFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly selector?: string;
  readonly podSelector?: string;
  /** Milliseconds; 0 is no limit. */
  readonly timeout: number;
  /** Seconds; below zero, each pod's own. */
  readonly gracePeriod: number;
  readonly ignoreDaemonsets: boolean;
  readonly deleteEmptydirData: boolean;
  readonly force: boolean;
  readonly disableEviction: boolean;
  /** Seconds; 0 skips none. */
  readonly skipWaitForDeleteTimeout: number;
  readonly dryRun: "none" | "client" | "server";
  readonly parallel: number;
  readonly uncordonOnFailure: boolean;
  readonly plan: boolean;
  readonly output: "text" | "json";
}

/** Flags without a value; kubectl takes `--force=true` for them, too. */
const SWITCHES = ["--ignore-daemonsets", "--delete-emptydir-data", "--force", "--disable-eviction"];

/** Turns kubectl's `--force=true` and `--force=false` into a flag that is there or not. */
export function withoutSwitchValues(args: readonly string[]): string[] {
  return args.flatMap((arg) => {
    const [name = "", value] = arg.split("=", 2);
    if (!SWITCHES.includes(name) || value === undefined) return [arg];
    return value === "true" ? [name] : value === "false" ? [] : [arg];
  });
}

function durationMs(text: string): number {
  const milliseconds = goDurationMs(text);
  if (milliseconds === undefined)
    throw new InvalidArgumentError(`invalid duration "${text}"; write it as 90s, 5m or 1h30m.`);
  return milliseconds;
}

function wholeNumber(low: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low) return value;
    throw new InvalidArgumentError(
      Number.isFinite(low) ? `It must be a whole number from ${low}.` : "It must be a whole number.",
    );
  };
}

/** Makes the `drain` command; `run` gets the nodes that are named, and the flags. A wrong flag ends with kubectl's exit code, 1. */
export function drainCommand(run: (nodes: readonly string[], flags: DrainFlags) => Promise<void>): Command {
  return new Command("drain")
    .description(
      "Drain nodes of any Kubernetes cluster, with kubectl drain's flags and rules, as fast as budgets allow.",
    )
    .argument("[node...]", "nodes to drain")
    .option("--kubeconfig <file>", "the cluster and who you are; KUBECONFIG or ~/.kube/config without it")
    .option("--context <name>", "context of the kubeconfig; its current one without it")
    .option("-l, --selector <labels>", "drain the nodes with these labels")
    .option("--pod-selector <labels>", "drain only pods with these labels")
    .addOption(
      new Option("--timeout <duration>", "longest that one node may take, as in 90s or 5m; 0 is no limit")
        .default(0, "0")
        .argParser(durationMs),
    )
    .addOption(
      new Option("--grace-period <seconds>", "time that pods get to stop; below 0, each pod's own")
        .default(-1)
        .argParser(wholeNumber(Number.NEGATIVE_INFINITY)),
    )
    .option("--ignore-daemonsets", "leave pods of DaemonSets where they are", false)
    .option("--delete-emptydir-data", "let pods go whose emptyDir volumes lose their data", false)
    .option("--force", "let pods go that no controller will make again", false)
    .option("--disable-eviction", "delete pods past all PodDisruptionBudgets", false)
    .addOption(
      new Option("--skip-wait-for-delete-timeout <seconds>", "do not wait for pods due to be gone for longer; 0 waits")
        .default(0)
        .argParser(wholeNumber(0)),
    )
    .addOption(
      new Option("--dry-run <strategy>", "client says what would be done; server asks the API server for each pod")
        .choices(["none", "client", "server"])
        .default("none"),
    )
    .addOption(new Option("--parallel <n>", "nodes at a time").default(1).argParser(wholeNumber(1)))
    .option("--uncordon-on-failure", "make a node schedulable again that could not be drained", false)
    .option("--plan", "say what would block, touch nothing", false)
    .addOption(
      new Option("-o, --output <format>", "json writes an event per line, the result last")
        .choices(["text", "json"])
        .default("text"),
    )
    .action((nodes: string[], flags: DrainFlags) => run(nodes, flags))
    .exitOverride((error: CommanderError) => {
      throw new SaidFailure(error.exitCode === 0 ? 0 : EXIT_FAILED);
    });
}
