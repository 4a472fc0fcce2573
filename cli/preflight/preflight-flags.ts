import { Command, Option } from "commander";
import { type ConnectionFlags, withConnection } from "../api/connection-flags.ts";

/** The flags of `drydock preflight`. */
export interface PreflightFlags extends ConnectionFlags {
  readonly cluster?: string;
  readonly pool?: string;
  /** Kubernetes version that the control plane is to run. */
  readonly to?: string;
  readonly output: "text" | "json";
}

/** Makes the `preflight` command; `run` gets the checked flags. */
export function preflightCommand(run: (flags: PreflightFlags) => Promise<void>): Command {
  const command = new Command("preflight")
    .description(
      "Say whether the fleet, a cluster or a pool could be upgraded now, without touching anything: exit code 0 READY, 1 NOT READY, 3 CANNOT TELL.",
    )
    .addOption(new Option("--cluster <name>", "one cluster of fleet.yaml"))
    .addOption(new Option("--pool <name>", "one pool of it"))
    .addOption(new Option("--to <version>", "a Kubernetes version to go to, and not only to a newer node image"))
    .addOption(new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"))
    .allowExcessArguments(false)
    .action((flags: PreflightFlags) => run(flags));
  return withConnection(command);
}
