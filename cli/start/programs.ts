import { join, resolve } from "node:path";
import { z } from "zod";
import { CommandFailure, EXIT_FAILED, usageFailure } from "../failure.ts";
import { type ChildProgram, type ProgramOptions, startProgram } from "../programs/child-program.ts";
import { hostEnvironment, programEnvironment } from "../programs/host-environment.ts";
import { findFreePort, isPortFree } from "../programs/ports.ts";
import { identityOf } from "../programs/process-identity.ts";
import { loopbackUrl, type SimulatorReady, simulatorReadySchema } from "../programs/simulator-ready.ts";
import { type Processes, writeProcesses } from "../state/processes.ts";
import { type Session, writeSession } from "../state/session.ts";
import { originArgument } from "../state/session-clock.ts";
import type { StateFolder } from "../state/state-folder.ts";
import type { StartFlags } from "./start-flags.ts";

const READY_MS = 60_000;

const hostReadySchema = z.object({ event: z.literal("ready"), url: loopbackUrl, keyFile: z.string().min(1) });
export type HostReady = z.infer<typeof hostReadySchema>;

/** The programs that one start runs, and how they are ended. */
export class Programs {
  readonly #folder: StateFolder;
  readonly #flags: StartFlags;
  readonly #children: ChildProgram[] = [];
  readonly #records: Processes["children"] = [];
  #hostUrl: string | undefined;
  #isStopping = false;

  constructor(folder: StateFolder, flags: StartFlags) {
    this.#folder = folder;
    this.#flags = flags;
    this.#record();
  }

  /**
   * Starts the simulated Azure on its kept port, or on a free one that is then kept in the session.
   * Rejects with CommandFailure.
   */
  async startSimulator(session: Session): Promise<SimulatorReady> {
    const { seed, scenario, simulatorPort } = session;
    if (simulatorPort !== null && !(await isPortFree(simulatorPort))) {
      throw usageFailure(
        `Port ${simulatorPort} is in use by another program, and the state in ${this.#folder.directory} needs it for its simulated Azure. End that program, or use --fresh to start over.`,
      );
    }
    const app = resolve(this.#flags.app);
    const child = this.#start({
      name: "simulator",
      script: join(app, "dist", "simulator.js"),
      args: [
        ...["--fleet", join(app, "fleet"), "--state", this.#folder.simulator, "--port", String(simulatorPort ?? 0)],
        ...["--seed", String(seed), "--speed", String(session.clock.speed)],
        ...["--clock-origin", originArgument(session.clock)],
        ...(scenario === null ? [] : ["--scenario", scenario.path]),
      ],
      environment: programEnvironment(process.env),
      directory: app,
      logFile: this.#folder.simulatorLog,
    });
    const ready = await child.ready(simulatorReadySchema, READY_MS);
    writeSession(this.#folder.sessionFile, { ...session, simulatorPort: Number(new URL(ready.url).port) });
    return ready;
  }

  /** Starts the app on the embedded host. Rejects with CommandFailure. */
  async startHost(session: Session, simulator: SimulatorReady): Promise<HostReady> {
    const app = resolve(this.#flags.app);
    // The app is told its own address for links, so the port is chosen here and not by the host.
    const port = this.#flags.port === 0 ? await findFreePort() : this.#flags.port;
    const child = this.#start({
      name: "host",
      script: join(app, "dist", "local.js"),
      args: [
        ...["host", "--app", app, "--port", String(port), "--state", this.#folder.host],
        ...["--speed", String(session.clock.speed), "--clock-origin", originArgument(session.clock)],
      ],
      environment: hostEnvironment(process.env, {
        resourceManagerUrl: simulator.url,
        identityEndpoint: simulator.identityEndpoint,
        identityHeader: simulator.identityHeader,
        teamsWebhookUrl: simulator.teamsWebhookUrl,
        publicUrl: `http://127.0.0.1:${port}`,
        reportsDirectory: resolve(this.#folder.reports),
      }),
      directory: app,
      logFile: this.#folder.hostLog,
    });
    const ready = await child.ready(hostReadySchema, READY_MS);
    this.#hostUrl = ready.url;
    this.#record();
    return ready;
  }

  /** Rejects with CommandFailure when a program started so far ends by itself; never resolves. */
  async failure(): Promise<never> {
    const failure = await Promise.race(this.#children.map((child) => child.ended));
    // While they are being stopped their end is no news.
    return this.#isStopping ? new Promise<never>(() => {}) : Promise.reject(failure);
  }

  /** Ends the programs, the newest first: the app finishes what it does while its Azure still answers. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const child of this.#children.toReversed()) await child.stop();
  }

  /** Ends the programs at once. */
  kill(): void {
    this.#isStopping = true;
    for (const child of this.#children) child.kill();
  }

  #start(options: ProgramOptions): ChildProgram {
    if (this.#isStopping) throw new CommandFailure("The programs are being stopped.", EXIT_FAILED);
    const child = startProgram(options);
    this.#children.push(child);
    this.#records.push({ program: child.name, pid: child.pid, identity: identityOf(child.pid) ?? "" });
    this.#record();
    return child;
  }

  /** Kept at once, so that the next start finds what outlives a kill, and other commands find the app. */
  #record(): void {
    const hostUrl = this.#hostUrl;
    const children = this.#records;
    writeProcesses(this.#folder.processesFile, { pid: process.pid, ...(hostUrl && { hostUrl }), children });
  }
}
