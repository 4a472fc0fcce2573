import { join, resolve } from "node:path";
import { type CommandFailure, usageFailure } from "../failure.ts";
import { readHostKeys } from "../follow/operator-api.ts";
import { identityOf } from "../programs/process-identity.ts";
import { readProcesses } from "../state/processes.ts";
import { readSession } from "../state/session.ts";
import { virtualTime } from "../state/session-clock.ts";
import type { ConnectionFlags } from "./connection-flags.ts";

/** Where the app is, and who asks. */
export interface Connection {
  readonly url: string;
  /** A secret. */
  readonly key: string;
  /** The app's time, milliseconds since the Unix epoch: the virtual time of a local session, else ours. */
  nowMs(): number;
}

/** An app that `drydock start` runs on this machine. */
interface LocalSession {
  readonly url: string;
  readonly keyFile: string;
  readonly nowMs: () => number;
}

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Finds the app: by its flags, else DRYDOCK_URL and DRYDOCK_KEY, else the running local session in the state folder. The
 * session's key goes to a loopback address only. Throws CommandFailure (exit code 2) that says what is missing.
 */
export function findConnection(flags: ConnectionFlags, environment: NodeJS.ProcessEnv): Connection {
  const directory = resolve(flags.state);
  const session = runningSession(directory);
  const named = flags.url ?? urlIn(environment);
  const url = named ?? session?.url;
  if (url === undefined) throw notRunning(directory);
  const isSession = session?.url === url;
  const given = flags.key ?? (environment.DRYDOCK_KEY || undefined);
  const isLocal = LOOPBACK.includes(new URL(url).hostname);
  const key = given ?? (isLocal ? keyIn(session?.keyFile ?? join(directory, "host", "keys.json")) : undefined);
  if (key === undefined) {
    throw usageFailure(`There is no key for ${url}. Set DRYDOCK_KEY (or --key) to a function key of the app.`);
  }
  return { url, key, nowMs: isSession ? session.nowMs : Date.now };
}

function urlIn({ DRYDOCK_URL: text }: NodeJS.ProcessEnv): string | undefined {
  if (!text) return undefined;
  const { protocol } = URL.parse(text) ?? {};
  if (protocol === "http:" || protocol === "https:") return text.replace(/\/+$/, "");
  throw usageFailure(`DRYDOCK_URL must be an http(s) URL, not "${text}".`);
}

/** The app of a state folder whose processes still run; undefined when there is none. */
function runningSession(directory: string): LocalSession | undefined {
  const { children = [], hostUrl } = readProcesses(join(directory, "processes.json")) ?? {};
  const host = children.find(({ program }) => program === "host");
  if (hostUrl === undefined || host === undefined || identityOf(host.pid) !== host.identity) return undefined;
  const clock = readSession(join(directory, "session.json"))?.clock;
  return {
    url: hostUrl,
    keyFile: join(directory, "host", "keys.json"),
    nowMs: () => (clock ? virtualTime(clock, Date.now()) : Date.now()),
  };
}

function keyIn(file: string): string | undefined {
  try {
    return readHostKeys(file).functionKey;
  } catch {
    return undefined;
  }
}

function notRunning(directory: string): CommandFailure {
  return usageFailure(
    `No app is running here (${directory} has no session under way). Start one with drydock start, or say where it is with --url or DRYDOCK_URL.`,
  );
}
