import { z } from "zod";

const pattern = z.string().refine(isPattern, "must be a regular expression");

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

const corruptSchema = z.strictObject({
  match: z.strictObject({
    cluster: pattern.optional(),
    namespace: pattern.optional(),
    claim: pattern.optional(),
  }),
  /** Only in what was backed up since so many days before the world began. */
  sinceDays: z.number().nonnegative().optional(),
});

const missingSchema = z.strictObject({
  match: z.strictObject({ cluster: pattern.optional(), vault: pattern.optional() }),
  /** Counted back from the start of the world. */
  sinceDays: z.number().nonnegative(),
});

const holeSchema = z.strictObject({
  match: z.strictObject({ cluster: pattern.optional() }),
  /** Objects that the backup does not hold, as `Kind/namespace/name` or `Kind/name` (regular expressions). */
  leaveOut: z.array(pattern).min(1),
  /** Only in what was backed up since so many days before the world began. */
  sinceDays: z.number().nonnegative().optional(),
});

const restoreSchema = z
  .strictObject({
    match: z.strictObject({ source: pattern.optional(), target: pattern.optional() }),
    /** The first restore that is hit; 1 is the very first. */
    nth: z.number().int().positive().default(1),
    /** How many in a row are hit. */
    count: z.number().int().positive().default(1),
    /** Fails when all but the last of its objects are there. */
    fail: z.strictObject({ code: z.string().min(1), message: z.string().min(1) }).optional(),
    /** Objects that are not restored, as `Kind/namespace/name` or `Kind/name` (regular expressions, names of the source). */
    leaveOut: z.array(pattern).min(1).optional(),
    /** Stops half way for so long. */
    stuckHours: z.number().positive().optional(),
  })
  .refine(
    ({ fail, leaveOut, stuckHours }) => [fail, leaveOut, stuckHours].filter((one) => one !== undefined).length === 1,
    { message: "must have exactly one of fail, leaveOut and stuckHours" },
  );

const unreachableSchema = z.strictObject({
  match: z.strictObject({ vault: pattern.optional() }),
  /** Counted from the start of the world. */
  fromHours: z.number().nonnegative().default(0),
  /** For ever when left out. */
  untilHours: z.number().positive().optional(),
});

/** The section `backup` of a scenario: how long backups and restores take, and what goes wrong with them. */
export const backupSectionSchema = z.strictObject({
  /** What a backup takes before its first object. */
  backupSeconds: z.number().nonnegative().default(90),
  /** What a restore takes before its first object. */
  restoreSeconds: z.number().nonnegative().default(60),
  /** What each object adds. */
  objectSeconds: z.number().nonnegative().default(0.5),
  /** What each GiB of volumes adds. */
  gibSeconds: z.number().nonnegative().default(10),
  corrupt: z.array(corruptSchema).default([]),
  missing: z.array(missingSchema).default([]),
  holes: z.array(holeSchema).default([]),
  restores: z.array(restoreSchema).default([]),
  unreachable: z.array(unreachableSchema).default([]),
});

export type BackupSection = z.infer<typeof backupSectionSchema>;
