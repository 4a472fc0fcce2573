import { setTimeout as delay } from "node:timers/promises";
import type { Processes } from "../state/processes.ts";
import { identityOf } from "./process-identity.ts";

/** How long a program has to end after SIGTERM; host and simulator promise 10 seconds. */
export const STOP_GRACE_MS = 12_000;
const LOOK_AGAIN_MS = 25;

/**
 * Ends what outlived an earlier start: SIGTERM, and SIGKILL to what is still there after the grace. A pid that belongs to
 * another process by now is left alone. Answers which programs were ended.
 */
export async function endOrphans(children: Processes["children"], graceMs: number = STOP_GRACE_MS): Promise<string[]> {
  const orphans = children.filter(({ pid, identity }) => identityOf(pid) === identity);
  for (const { pid } of orphans) signal(pid, "SIGTERM");
  await allGone(orphans, graceMs);
  for (const { pid, identity } of orphans) if (identityOf(pid) === identity) signal(pid, "SIGKILL");
  await allGone(orphans, graceMs);
  return orphans.map(({ program }) => program);
}

async function allGone(orphans: Processes["children"], withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (orphans.some(({ pid, identity }) => identityOf(pid) === identity) && performance.now() < deadline) {
    await delay(LOOK_AGAIN_MS);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in the meantime.
  }
}
