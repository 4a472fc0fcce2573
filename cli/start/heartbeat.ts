import { reasonOf } from "../failure.ts";
import { readSession, writeSession } from "../state/session.ts";

const EVERY_MS = 1_000;

/** Keeps in session.json that virtual time goes on, once a second, until stopped. A failed write is told once. */
export function startHeartbeat(sessionFile: string, onTrouble: (message: string) => void): { stop(): void } {
  let hasTold = false;
  const beat = () => {
    try {
      const session = readSession(sessionFile);
      if (session === undefined) throw new Error(`${sessionFile} is gone`);
      writeSession(sessionFile, { ...session, clock: { ...session.clock, lastRealMs: Date.now() } });
    } catch (error) {
      if (!hasTold) onTrouble(`The time cannot be kept: ${reasonOf(error)}`);
      hasTold = true;
    }
  };
  const timer = setInterval(beat, EVERY_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      beat();
    },
  };
}
