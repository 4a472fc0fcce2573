import { Command, InvalidArgumentError, Option } from "commander";

/** The flags of `drydock preflight`. */
export interface PreflightFlags {
  readonly cluster?: string;
  readonly pool?: string;
  /** Kubernetes version that the control plane is to run. */
  readonly to?: string;
  readonly url: string;
  readonly state: string;
  readonly output: "text" | "json";
}

function httpUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("It must be an http(s) URL.");
}

/** Makes the `preflight` command; `run` gets the checked flags. */
export function preflightCommand(run: (flags: PreflightFlags) => Promise<void>): Command {
  return new Command("preflight")
    .description(
      "Say whether the fleet, a cluster or a pool could be upgraded now, without touching anything: exit code 0 READY, 1 NOT READY, 3 CANNOT TELL.",
    )
    .addOption(new Option("--cluster <name>", "one cluster of fleet.yaml"))
    .addOption(new Option("--pool <name>", "one pool of it"))
    .addOption(new Option("--to <version>", "a Kubernetes version to go to, and not only to a newer node image"))
    .addOption(new Option("--url <url>", "where the app is").default("http://127.0.0.1:7071").argParser(httpUrl))
    .addOption(
      new Option("--state <dir>", "folder of `drydock start`, whose key is used where DRYDOCK_KEY is not set").default(
        ".drydock",
      ),
    )
    .addOption(new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"))
    .allowExcessArguments(false)
    .action((flags: PreflightFlags) => run(flags));
}
