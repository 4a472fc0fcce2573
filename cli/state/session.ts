import { readFileSync } from "node:fs";
import { z } from "zod";
import { usageFailure } from "../failure.ts";
import { writeJsonFile } from "./atomic-file.ts";

/** The layout of the state folder; one that differs is refused. */
const SESSION_VERSION = 1;

const instantMs = z.number().nonnegative();

/** How virtual time ran: `virtualMs + (real - realMs) * speed`, last known to be running at `lastRealMs`. */
const clockSchema = z.strictObject({
  speed: z.number().positive(),
  realMs: instantMs,
  virtualMs: instantMs,
  lastRealMs: instantMs,
});
export type SessionClock = z.infer<typeof clockSchema>;

/** An event in Event Grid's own schema. */
const eventSchema = z.strictObject({
  id: z.string().min(1),
  topic: z.string().min(1),
  subject: z.string(),
  eventType: z.string().min(1),
  eventTime: z.iso.datetime(),
  data: z.record(z.string(), z.string()),
  dataVersion: z.string(),
  metadataVersion: z.string(),
});
export type EventGridEvent = z.infer<typeof eventSchema>;

const sessionSchema = z.strictObject({
  version: z.literal(SESSION_VERSION),
  seed: z.int().min(0),
  scenario: z.strictObject({ path: z.string().min(1), sha256: z.string().length(64) }).nullable(),
  clock: clockSchema,
  /** Kubeconfigs and pollers hold the simulator's URL, so it comes back on the same port. Null until it first listened. */
  simulatorPort: z.int().min(1).max(65_535).nullable(),
  run: z.strictObject({ id: z.string().min(1), event: eventSchema }),
});
/** What a state folder remembers from one start to the next. */
export type Session = z.infer<typeof sessionSchema>;
export type SessionFacts = Omit<Session, "version">;

/** Reads session.json; undefined when there is none. Throws CommandFailure when it cannot be used. */
export function readSession(file: string): Session | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw usageFailure(`${file} cannot be read: ${(error as Error).message}.`, error);
  }
  const value = parseJson(text);
  const version = z.looseObject({ version: z.number() }).safeParse(value);
  if (version.success && version.data.version !== SESSION_VERSION) {
    throw usageFailure(
      `${file} is of version ${version.data.version}; this Drydock reads version ${SESSION_VERSION}. Use --fresh to start over.`,
    );
  }
  const parsed = sessionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole file";
  throw usageFailure(`${file} is damaged (${place}). Use --fresh to start over.`);
}

/** Keeps the session. Throws CommandFailure when the folder cannot be written. */
export function writeSession(file: string, facts: SessionFacts): Session {
  const session: Session = { ...facts, version: SESSION_VERSION };
  writeJsonFile(file, session);
  return session;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
