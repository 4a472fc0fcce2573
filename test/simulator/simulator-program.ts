import { buildProgram, type RunningProgram, startProgram } from "../host/program.ts";
import { FLEET } from "./start-simulator.ts";

/** What the simulator says when it is ready. */
export interface SimulatorReady {
  readonly event: string;
  readonly url: string;
  readonly teamsWebhookUrl: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
}

export type SimulatorProgram = RunningProgram<SimulatorReady>;

/** Bundles the simulator as the build does; answers the file to run. */
export function buildSimulator(directory: string): Promise<string> {
  return buildProgram(directory, "simulator/main.ts");
}

/** Starts the simulator of the sample fleet as a program of its own; later flags win. */
export function startSimulatorProgram(file: string, flags: readonly string[] = []): SimulatorProgram {
  return startProgram(file, ["--fleet", FLEET, ...flags]);
}
