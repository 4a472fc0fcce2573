import { type Command, InvalidArgumentError, Option } from "commander";

/** The flags that say where the app is and who asks; every command that talks to the API has them. */
export interface ConnectionFlags {
  readonly url?: string;
  /** A secret. */
  readonly key?: string;
  readonly state: string;
}

/** Adds the flags of the connection to a command. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option("--url <url>", "where the app is; else DRYDOCK_URL, else the app that `drydock start` runs").argParser(
        httpUrl,
      ),
    )
    .addOption(
      new Option("--key <key>", "a function key of the app; else DRYDOCK_KEY, which no list of processes shows"),
    )
    .addOption(new Option("--state <dir>", "state folder of `drydock start`").default(".drydock"));
}

/** An http(s) URL without a slash at its end. Throws InvalidArgumentError. */
export function httpUrl(text: string): string {
  const url = URL.parse(text);
  if (url?.protocol === "https:" || url?.protocol === "http:") return text.replace(/\/+$/, "");
  throw new InvalidArgumentError("It must be an http(s) URL.");
}
