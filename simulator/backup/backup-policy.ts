import { z } from "zod";

const SECONDS_MS = 1_000;
const DAY_MS = 86_400_000;

const storeSchema = z.looseObject({ dataStoreType: z.enum(["OperationalStore", "VaultStore", "ArchiveStore"]) });

const ruleSchema = z.discriminatedUnion("objectType", [
  z.looseObject({
    objectType: z.literal("AzureBackupRule"),
    name: z.string().min(1),
    dataStore: storeSchema,
    trigger: z.looseObject({
      objectType: z.string(),
      schedule: z
        .looseObject({
          repeatingTimeIntervals: z.array(z.string().refine(isInterval, "must be like R/2026-01-01T02:00:00Z/P1D")),
        })
        .optional(),
    }),
  }),
  z.looseObject({
    objectType: z.literal("AzureRetentionRule"),
    name: z.string().min(1),
    isDefault: z.boolean().optional(),
    lifecycles: z.array(
      z.looseObject({
        sourceDataStore: storeSchema,
        deleteAfter: z.looseObject({ duration: z.string().refine(isDuration, "must be an ISO 8601 duration") }),
        targetDataStoreCopySettings: z.array(z.looseObject({ dataStore: storeSchema })).nullish(),
      }),
    ),
  }),
]);

/** The properties of a backup policy, as they are asked for. */
export const policySchema = z.looseObject({
  objectType: z.literal("BackupPolicy"),
  datasourceTypes: z.array(z.string()).min(1),
  policyRules: z.array(ruleSchema).min(1),
});

type Policy = z.infer<typeof policySchema>;
type Store = "OperationalStore" | "VaultStore";

/** When backups are made. */
export interface Schedule {
  readonly ruleName: string;
  readonly startMs: number;
  readonly everyMs: number;
}

/** How long what is kept where. */
export interface Retention {
  readonly tag: string;
  readonly stores: ReadonlyArray<{ readonly type: Store; readonly keepMs: number }>;
}

/** When a policy makes backups; undefined when it makes none by itself. */
export function scheduleOf({ policyRules }: Policy): Schedule | undefined {
  for (const rule of policyRules) {
    if (rule.objectType !== "AzureBackupRule") continue;
    const interval = intervalOf(rule.trigger.schedule?.repeatingTimeIntervals[0] ?? "");
    if (interval) return { ruleName: rule.name, ...interval };
  }
  return undefined;
}

/** How long a policy keeps what carries a tag; its default for a tag that it does not have. */
export function retentionOf({ policyRules }: Policy, tag = "Default"): Retention {
  const rules = policyRules.filter((rule) => rule.objectType === "AzureRetentionRule");
  const byName = rules.find(({ name }) => name.toLowerCase() === tag.toLowerCase());
  const rule = byName ?? rules.find(({ isDefault }) => isDefault) ?? rules[0];
  const stores = (rule?.lifecycles ?? []).flatMap(({ sourceDataStore, deleteAfter }) => {
    const { dataStoreType: type } = sourceDataStore;
    return type === "ArchiveStore" ? [] : [{ type, keepMs: durationMs(deleteAfter.duration) ?? 0 }];
  });
  return {
    tag: rule?.name ?? tag,
    stores: stores.length > 0 ? stores : [{ type: "OperationalStore", keepMs: 7 * DAY_MS }],
  };
}

/** The names of a policy's rules for backups. */
export function backupRules({ policyRules }: Policy): string[] {
  return policyRules.flatMap((rule) => (rule.objectType === "AzureBackupRule" ? [rule.name] : []));
}

/** The first instant of a schedule after another one. */
export function nextInstant({ startMs, everyMs }: Schedule, afterMs: number): number {
  return startMs + (Math.floor((afterMs - startMs) / everyMs) + 1) * everyMs;
}

/** Milliseconds of an ISO 8601 duration; months count 30 days, years 365. Undefined for anything else. */
function durationMs(text: string): number | undefined {
  const match = /^P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(
    text,
  );
  if (!match) return undefined;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  const allDays = (years ?? 0) * 365 + (months ?? 0) * 30 + (weeks ?? 0) * 7 + (days ?? 0);
  const rest = (hours ?? 0) * 3_600 + (minutes ?? 0) * 60 + (seconds ?? 0);
  const total = allDays * DAY_MS + rest * SECONDS_MS;
  return total > 0 ? total : undefined;
}

/** A repeating interval, `R/2026-01-01T02:00:00+00:00/P1D`. */
function intervalOf(text: string): Pick<Schedule, "startMs" | "everyMs"> | undefined {
  const [, start = "", every = ""] = /^R\d*\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  const [startMs, everyMs] = [Date.parse(start), durationMs(every)];
  return Number.isNaN(startMs) || everyMs === undefined ? undefined : { startMs, everyMs };
}

function isDuration(text: string): boolean {
  return durationMs(text) !== undefined;
}

function isInterval(text: string): boolean {
  return intervalOf(text) !== undefined;
}
