import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

const statusSchema = z.object({
  /** The schedule that the moments below are of; another one starts afresh. */
  schedule: z.string(),
  last: z.string().nullable(),
  next: z.string().nullable(),
  lastUpdated: z.string(),
});

/** What is kept of a timer between starts. Moments are ISO instants. */
export type ScheduleStatus = z.infer<typeof statusSchema>;

/** Keeps the schedule status of timers, so that a run missed while the host was down is noticed. */
export interface ScheduleMonitor {
  read(timer: string): ScheduleStatus | undefined;
  write(timer: string, status: ScheduleStatus): void;
}

/** A monitor over `timers.json` in the state folder; in memory without one. A damaged file counts as empty. */
export function createScheduleMonitor(stateDirectory: string | undefined): ScheduleMonitor {
  const file = stateDirectory === undefined ? undefined : join(stateDirectory, "timers.json");
  const statuses = new Map<string, ScheduleStatus>(file === undefined ? [] : readAll(file));
  return {
    read: (timer) => statuses.get(timer),
    write(timer, status) {
      statuses.set(timer, status);
      if (file === undefined) return;
      mkdirSync(dirname(file), { recursive: true });
      const next = `${file}.${process.pid}`;
      writeFileSync(next, JSON.stringify(Object.fromEntries(statuses), null, 2));
      renameSync(next, file);
    },
  };
}

function readAll(file: string): Array<[string, ScheduleStatus]> {
  try {
    const parsed = z.record(z.string(), statusSchema).safeParse(JSON.parse(readFileSync(file, "utf8")));
    return parsed.success ? Object.entries(parsed.data) : [];
  } catch {
    return [];
  }
}
