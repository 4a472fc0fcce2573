import { Command, InvalidArgumentError, Option } from "commander";

/** Virtual seconds that pass in one real second; the sample fleet's upgrade then ends in under a minute. */
export const DEFAULT_SPEED = 90;
/** The port that `func start` uses too. */
const DEFAULT_PORT = 7071;
export const DEFAULT_SEED = 1;

/** The flags of `drydock start`. */
export interface StartFlags {
  readonly once: boolean;
  readonly fresh: boolean;
  readonly speed: number;
  readonly port: number;
  readonly state: string;
  /** Undefined keeps the state folder's own. */
  readonly seed?: number;
  readonly scenario?: string;
  /** Folder of the built app: dist/, fleet.yaml and fleet/. */
  readonly app: string;
}

/** Makes the `start` command; `run` gets the checked flags. */
export function startCommand(appDirectory: string, run: (flags: StartFlags) => Promise<void>): Command {
  return new Command("start")
    .description("Start the simulated Azure and the app, and upgrade the sample fleet.")
    .addOption(new Option("--once", "end with the run: exit code 0 when it passed, 1 otherwise").default(false))
    .addOption(new Option("--fresh", "forget the state and start over").default(false))
    .addOption(
      new Option("--speed <n>", "how many times faster than real time")
        .default(DEFAULT_SPEED)
        .argParser(numberIn(0.01, 1e6, false)),
    )
    .addOption(
      new Option("--port <n>", "port of the API and the console; 0 takes a free one")
        .default(DEFAULT_PORT)
        .argParser(numberIn(0, 65_535, true)),
    )
    .addOption(
      new Option("--seed <n>", `the same seed makes the same world (first start: ${DEFAULT_SEED})`).argParser(
        numberIn(0, 2 ** 32 - 1, true),
      ),
    )
    .addOption(new Option("--scenario <file>", "settings and faults of the simulated Azure (YAML)"))
    .addOption(new Option("--state <dir>", "folder for everything that is kept").default(".drydock"))
    .addOption(new Option("--app <dir>").default(appDirectory).hideHelp())
    .allowExcessArguments(false)
    .action((flags: StartFlags) => run(flags));
}

/** The number a flag holds; refuses what is not a number or is outside of the range. */
export function numberIn(low: number, high: number, whole: boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`It must be a ${whole ? "whole " : ""}number from ${low} to ${high}.`);
  };
}
