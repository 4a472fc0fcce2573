import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { CommandFailure, EXIT_FAILED, EXIT_USAGE, usageFailure } from "../failure.ts";
import { programEnvironment } from "../programs/host-environment.ts";
import { type SimulatorReady, simulatorReadySchema } from "../programs/simulator-ready.ts";
import type { Terminal } from "../view/display.ts";
import type { SimulateFlags } from "./simulate-flags.ts";

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * `drydock simulate`: runs the simulated Azure in the foreground until it is interrupted, whatever becomes of the apps that
 * use it. Its log goes to stderr. Answers the exit code. Rejects with CommandFailure when it does not start, or ends by itself.
 */
export async function simulate(flags: SimulateFlags, terminal: Terminal): Promise<number> {
  const script = join(resolve(flags.app), "dist", "simulator.js");
  if (!existsSync(script)) throw usageFailure(`${script} is missing. Build Drydock first: npm run build.`);
  const child = spawn(process.execPath, ["--enable-source-maps", script, ...argumentsOf(flags)], {
    env: programEnvironment(process.env),
    stdio: ["ignore", "pipe", "pipe"],
    // A Ctrl-C reaches it through us, once.
    detached: true,
  });
  const exited = new Promise<number | null>((done) => child.once("close", (code) => done(code)));
  const interrupted = forwardSignals(child);
  const said = listen(child);
  const ready = await Promise.race([said.ready, exited]);
  if (typeof ready === "object" && ready !== null) {
    for (const line of placeLines(ready, flags, terminal.isTTY === true)) terminal.write(`${line}\n`);
    said.passOn();
  }
  const code = await exited;
  const exitCode = interrupted();
  if (exitCode !== undefined) return exitCode;
  if (code === EXIT_USAGE) throw usageFailure(said.last().replace(/^simulator: /, ""));
  throw new CommandFailure(`The simulator ended with exit code ${code}. ${said.last()}`.trim(), EXIT_FAILED);
}

function argumentsOf({ fleet, port, seed, speed, scenario, state, kubeconfigs }: SimulateFlags): string[] {
  return [
    ...["--fleet", resolve(fleet), "--port", String(port), "--seed", String(seed), "--speed", String(speed)],
    ...["--log-level", "warn"],
    ...(scenario === undefined ? [] : ["--scenario", resolve(scenario)]),
    ...(state === undefined ? [] : ["--state", resolve(state)]),
    ...(kubeconfigs === undefined ? [] : ["--kubeconfigs", resolve(kubeconfigs)]),
  ];
}

/** Hands signals to the program; tells the exit code of the first that came. */
function forwardSignals(child: ChildProcess): () => number | undefined {
  let exitCode: number | undefined;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      // Whoever asks again will not wait.
      child.kill(exitCode === undefined ? "SIGTERM" : "SIGKILL");
      exitCode ??= code;
    });
  }
  return () => exitCode;
}

/** Reads the ready line, and holds what is logged back until it has come: a program that refuses to start says one line. */
function listen(child: ChildProcess) {
  let lines: string[] = [];
  let isPassing = false;
  const ready = new Promise<SimulatorReady>((found, reject) => {
    if (child.stdout === null || child.stderr === null) return;
    createInterface({ input: child.stdout }).once("line", (line) => {
      const parsed = simulatorReadySchema.safeParse(parseJson(line));
      // The line holds secrets: what it says is in no message.
      if (parsed.success) found(parsed.data);
      else reject(new CommandFailure("The simulator's ready line is not understood.", EXIT_FAILED));
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (isPassing) process.stderr.write(`${line}\n`);
      else lines.push(line);
    });
  });
  return {
    ready,
    last: () => lines.at(-1) ?? "",
    passOn: () => {
      isPassing = true;
      for (const line of lines) process.stderr.write(`${line}\n`);
      lines = [];
    },
  };
}

/** Where everything is; what is secret is told to a terminal only, because other output is often a log that others read. */
function placeLines(ready: SimulatorReady, flags: SimulateFlags, isTerminal: boolean): string[] {
  const { url } = ready;
  const secret = (text: string) => (isTerminal ? text : "(shown in a terminal)");
  return [
    `Simulated Azure: ${url}`,
    `Teams inbox:     ${url}/teams`,
    `State:           ${url}/simulator/status`,
    `Events:          ${url}/simulator/event-grid`,
    `Git:             ${url}/git/fleet.git`,
    `Registry:        ${url}/v2/`,
    ...(flags.kubeconfigs === undefined ? [] : [`Kubeconfigs:     ${resolve(flags.kubeconfigs)}/CLUSTER.yaml`]),
    "",
    "Settings for an app:",
    `  AZURE_RESOURCE_MANAGER_ENDPOINT=${url}`,
    `  IDENTITY_ENDPOINT=${ready.identityEndpoint}`,
    `  IDENTITY_HEADER=${secret(ready.identityHeader)}`,
    `  TEAMS_WEBHOOK_URL=${secret(ready.teamsWebhookUrl)}`,
    "",
    flags.state === undefined ? "Ctrl-C ends it." : "Ctrl-C ends it; with the same --state it goes on from here.",
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
