import { join } from "node:path";
import { Command, Option } from "commander";
import { DEFAULT_SEED, numberIn } from "../start/start-flags.ts";

/** Beside the port of the app's host. */
const DEFAULT_PORT = 7072;

/** The flags of `drydock simulate`. */
export interface SimulateFlags {
  readonly fleet: string;
  readonly port: number;
  readonly seed: number;
  readonly speed: number;
  readonly scenario?: string;
  /** Undefined keeps the world in memory. */
  readonly state?: string;
  readonly kubeconfigs?: string;
  /** Folder of the built app. */
  readonly app: string;
}

/** Makes the `simulate` command; `run` gets the checked flags. */
export function simulateCommand(appDirectory: string, run: (flags: SimulateFlags) => Promise<void>): Command {
  return new Command("simulate")
    .description("Run the simulated Azure alone, for kubectl, git, the Azure SDKs or an app of your own.")
    .addOption(
      new Option("--port <n>", "its port; 0 takes a free one")
        .default(DEFAULT_PORT)
        .argParser(numberIn(0, 65_535, true)),
    )
    .addOption(
      new Option("--fleet <dir>", "folder with azure.yaml and the clusters' workloads").default(
        join(appDirectory, "fleet"),
        "the sample fleet",
      ),
    )
    .addOption(
      new Option("--seed <n>", "the same seed makes the same world")
        .default(DEFAULT_SEED)
        .argParser(numberIn(0, 2 ** 32 - 1, true)),
    )
    .addOption(new Option("--scenario <file>", "settings and faults of the simulated Azure (YAML)"))
    .addOption(
      new Option("--speed <n>", "how many times faster than real time")
        .default(1)
        .argParser(numberIn(0.01, 1e6, false)),
    )
    .addOption(new Option("--state <dir>", "folder that keeps the world; without it, it ends with the command"))
    .addOption(new Option("--kubeconfigs <dir>", "writes a kubeconfig per cluster into this folder"))
    .addOption(new Option("--app <dir>").default(appDirectory).hideHelp())
    .allowExcessArguments(false)
    .action((flags: SimulateFlags) => run(flags));
}
