import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { usageFailure } from "../failure.ts";
import { readSession, type Session, writeSession } from "../state/session.ts";
import { beginClock, continueClock, virtualTime } from "../state/session-clock.ts";
import { clearStateFolder, lastWriteMs, type StateFolder } from "../state/state-folder.ts";
import { newVersionEvent, runIdOf } from "./new-version-event.ts";
import { DEFAULT_SEED, type StartFlags } from "./start-flags.ts";

type Scenario = NonNullable<Session["scenario"]>;

/**
 * The session of this start: the kept one, its clock carried on, or a new one. It is kept before it is returned.
 * Throws CommandFailure (exit code 2) when a flag differs from what the state folder was made with.
 */
export function prepareSession(folder: StateFolder, flags: StartFlags, nowMs: number): Session {
  const scenario = flags.scenario === undefined ? undefined : readScenario(resolve(flags.scenario));
  const kept = keptSession(folder);
  const session =
    kept === undefined ? beginSession(flags, scenario, nowMs) : resume(kept, folder, flags, scenario, nowMs);
  return writeSession(folder.sessionFile, session);
}

/** The session of a world that has begun; what a first start left that never came up is cleared away. */
function keptSession(folder: StateFolder): Session | undefined {
  const kept = readSession(folder.sessionFile);
  if (kept?.simulatorPort === null) {
    clearStateFolder(folder);
    return undefined;
  }
  if (kept === undefined && readdirSync(folder.simulator).length > 0) {
    throw usageFailure(
      `${folder.directory} holds a simulated Azure, but ${folder.sessionFile} is gone. Use --fresh to start over.`,
    );
  }
  return kept;
}

function beginSession(flags: StartFlags, scenario: Scenario | undefined, nowMs: number): Omit<Session, "version"> {
  const clock = beginClock(nowMs, flags.speed);
  const event = newVersionEvent(resolve(flags.app), virtualTime(clock, nowMs));
  return {
    seed: flags.seed ?? DEFAULT_SEED,
    scenario: scenario ?? null,
    clock,
    simulatorPort: null,
    run: { id: runIdOf(event), event },
  };
}

function resume(
  kept: Session,
  folder: StateFolder,
  flags: StartFlags,
  scenario: Scenario | undefined,
  nowMs: number,
): Session {
  const { directory } = folder;
  if (flags.seed !== undefined && flags.seed !== kept.seed) {
    throw usageFailure(
      `The state in ${directory} was made with --seed ${kept.seed}, not ${flags.seed}. Use --fresh to start over.`,
    );
  }
  if (scenario !== undefined && scenario.sha256 !== kept.scenario?.sha256) {
    const made =
      kept.scenario === null ? "without a scenario" : `with another scenario than this (${kept.scenario.path})`;
    throw usageFailure(`The state in ${directory} was made ${made}. Use --fresh to start over with ${scenario.path}.`);
  }
  const current = scenario ?? (kept.scenario === null ? null : readScenario(kept.scenario.path));
  if (current !== null && current.sha256 !== kept.scenario?.sha256) {
    throw usageFailure(
      `The scenario ${current.path} has changed since the state in ${directory} was made with it. Use --fresh to start over.`,
    );
  }
  const clock = continueClock(kept.clock, { nowMs, lastSeenMs: lastWriteMs(folder), speed: flags.speed });
  return { ...kept, scenario: current, clock };
}

function readScenario(path: string): Scenario {
  try {
    return { path, sha256: createHash("sha256").update(readFileSync(path)).digest("hex") };
  } catch (error) {
    throw usageFailure(`The scenario ${path} cannot be read: ${(error as Error).message}.`, error);
  }
}
