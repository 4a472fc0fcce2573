import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { RunView } from "../../domain/api/run-view.ts";
import { EXIT_FAILED, usageFailure } from "../failure.ts";
import { followRun } from "../follow/follow-run.ts";
import { createOperatorApi, readHostKeys } from "../follow/operator-api.ts";
import { type EventGridPlace, publishEvent, subscribeHost } from "../follow/publish-event.ts";
import { findCard } from "../follow/teams-inbox.ts";
import { endOrphans } from "../programs/end-orphans.ts";
import { readProcesses, writeProcesses } from "../state/processes.ts";
import type { Session } from "../state/session.ts";
import { virtualTime } from "../state/session-clock.ts";
import { clearStateFolder, openStateFolder, type StateFolder } from "../state/state-folder.ts";
import { acquireStateLock } from "../state/state-lock.ts";
import { cardText } from "../view/card-text.ts";
import { createDisplay, type Display, type Terminal } from "../view/display.ts";
import { wantsColour } from "../view/paint.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { listenForInterrupts } from "./interrupts.ts";
import { prepareSession } from "./prepare-session.ts";
import { Programs } from "./programs.ts";
import type { StartFlags } from "./start-flags.ts";
import { type Places, placeLines, questionLines, verdictLines } from "./summary.ts";

const DEFAULT_WIDTH = 80;

/** What one start works with. */
interface Start {
  readonly flags: StartFlags;
  readonly folder: StateFolder;
  readonly session: Session;
  readonly programs: Programs;
  readonly terminal: Terminal;
  readonly display: Display;
  readonly signal: AbortSignal;
}

/**
 * `drydock start`: starts the simulated Azure and the app, publishes the event, shows its run, and stays until it is interrupted
 * (or, with `--once`, until the run has ended or asks something, which nobody is there to answer). Answers the exit code. Rejects with CommandFailure or Interrupted; the
 * programs have ended by then.
 */
export async function start(flags: StartFlags, terminal: Terminal): Promise<number> {
  requireBuild(resolve(flags.app));
  const folder = openStateFolder(resolve(flags.state));
  const lock = acquireStateLock(folder);
  try {
    const earlier = readProcesses(folder.processesFile)?.children ?? [];
    // Whoever finds the lock taken is told our pid; the children stay on record until they have ended.
    writeProcesses(folder.processesFile, { pid: process.pid, children: earlier });
    const ended = await endOrphans(earlier);
    if (ended.length > 0) terminal.write(`Ended what an earlier start left running: ${ended.join(", ")}.\n`);
    if (flags.fresh) clearStateFolder(folder);
    const session = prepareSession(folder, flags, Date.now());
    return await runPrograms(flags, folder, session, terminal);
  } finally {
    lock.release();
  }
}

async function runPrograms(
  flags: StartFlags,
  folder: StateFolder,
  session: Session,
  terminal: Terminal,
): Promise<number> {
  const programs = new Programs(folder, flags);
  const startedMs = performance.now();
  const display = createDisplay(
    terminal,
    {
      virtualNowMs: () => virtualTime(session.clock, Date.now()),
      realElapsedMs: () => performance.now() - startedMs,
    },
    process.env,
  );
  const interrupts = listenForInterrupts(process, ({ exitCode }) => {
    programs.kill();
    process.exit(exitCode);
  });
  const heartbeat = startHeartbeat(folder.sessionFile, (message) => display.say(message));
  const work = new AbortController();
  try {
    const worked = demonstrate({ flags, folder, session, programs, terminal, display, signal: work.signal });
    return await Promise.race([worked, interrupts.first]);
  } finally {
    work.abort();
    display.end();
    await programs.stop();
    heartbeat.stop();
    interrupts.dispose();
  }
}

async function demonstrate(context: Start): Promise<number> {
  const { flags, session, programs, display, terminal, signal } = context;
  display.say("Starting the simulated Azure and the app.");
  const simulator = await programs.startSimulator(session);
  const host = await Promise.race([programs.startHost(session, simulator), programs.failure()]);
  const keys = readHostKeys(host.keyFile);
  const places: Places = {
    hostUrl: host.url,
    simulatorUrl: simulator.url,
    keyFile: host.keyFile,
    // What is not a terminal is often a log that others read.
    consoleKey: terminal.isTTY === true ? keys.functionKey : undefined,
  };
  const eventGrid: EventGridPlace = {
    simulatorUrl: simulator.url,
    topicEndpoint: simulator.eventGridTopicEndpoint,
    topicKey: simulator.eventGridTopicKey,
  };
  const finished = followRunHere(context, places, eventGrid, keys);
  const run = await Promise.race([finished, programs.failure()]);
  if (flags.once) return run.verdict === "passed" ? 0 : EXIT_FAILED;
  for (const line of ["", ...placeLines(places), "", "Ctrl-C ends it; the next start goes on from here."]) {
    display.say(line);
  }
  signal.throwIfAborted();
  return programs.failure();
}

async function followRunHere(
  { flags, session, display, terminal, signal }: Start,
  places: Places,
  eventGrid: EventGridPlace,
  keys: { readonly functionKey: string; readonly eventGridKey: string },
): Promise<RunView> {
  const { id: runId, event } = session.run;
  display.say(`Publishing ${event.eventType} for ${event.subject}; its run is ${runId}.`);
  await subscribeHost(eventGrid, { url: places.hostUrl, key: keys.eventGridKey }, signal);
  await publishEvent(event, eventGrid, signal);
  const run = await followRun({
    api: createOperatorApi(places.hostUrl, keys.functionKey),
    runId,
    eventId: event.id,
    signal,
    ...(flags.once ? { isEnough: ({ gates }: RunView) => gates.length > 0 } : {}),
    onView: (view) => display.show(view),
    onTrouble: (message) => display.say(message),
  });
  display.end();
  const isColoured = wantsColour(terminal, process.env);
  if (run.status !== "finished") {
    for (const line of ["", ...questionLines(run, isColoured)]) display.say(line);
    return run;
  }
  for (const line of ["", ...verdictLines(run, places, isColoured)]) display.say(line);
  const card = await findCard(places.simulatorUrl, runId, { signal });
  const width = terminal.columns ?? DEFAULT_WIDTH;
  const shown = card === undefined ? ["No card for this run has come to the Teams channel."] : cardText(card, width);
  for (const line of ["", ...shown]) display.say(line);
  return run;
}

function requireBuild(app: string): void {
  const missing = ["main.cjs", "local.js", "simulator.js"].find((name) => !existsSync(join(app, "dist", name)));
  if (missing !== undefined) {
    throw usageFailure(`${join(app, "dist", missing)} is missing. Build Drydock first: npm run build.`);
  }
}
