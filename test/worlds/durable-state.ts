import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { World } from "./world.ts";

/** What the durable engine has kept of a world. */
export interface DurableState {
  /** Everything in it, as text. */
  readonly text: string;
  /** Instances with the number of their events, the longest history first. */
  readonly histories: ReadonlyArray<{ readonly id: string; readonly events: number }>;
}

/** Ends a world's host and reads what it has kept. */
export function readDurableState(world: World): DurableState {
  world.endHost();
  const database = new DatabaseSync(join(world.stateDirectory, "durable.db"), { readOnly: true });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    const cells = tables
      .flatMap(({ name }) => database.prepare(`SELECT * FROM "${name}"`).all())
      .flatMap((row) => Object.values(row));
    const counts = database.prepare("SELECT instance_id, count(*) AS events FROM history GROUP BY instance_id").all();
    return {
      text: cells.map(String).join("\n"),
      histories: counts
        .map(({ instance_id: id, events }) => ({ id: String(id), events: Number(events) }))
        .sort((left, right) => right.events - left.events || (left.id < right.id ? -1 : 1)),
    };
  } finally {
    database.close();
  }
}
