import { z } from "zod";

const MS_PER_UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** An instant: ISO 8601, or counted from the start of the world (`start-9d`, `start+6h`). */
export const releaseInstant = z
  .string()
  .refine(
    (text) => instantMs(text, 0) !== undefined,
    "must be an ISO 8601 instant or start+N / start-N with m, h or d",
  );

/** Instants of release that differ by region: a release reaches Azure's regions over days. */
export const regionalInstants = z.record(z.string(), releaseInstant);

/** Something that comes out: at `releasedAt` (from the beginning without it), unless a region has its own instant. */
export interface Release {
  readonly releasedAt?: string | undefined;
  readonly regions?: Readonly<Record<string, string>> | undefined;
}

/** The instant that a text stands for in a world begun at `startMs`; undefined when it stands for none. */
export function instantMs(text: string, startMs: number): number | undefined {
  const relative = /^start(?:([+-]\d+)([mhd]))?$/.exec(text);
  if (relative) return startMs + Number(relative[1] ?? 0) * (MS_PER_UNIT[relative[2] ?? "m"] ?? 0);
  const absolute = /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(absolute) ? undefined : absolute;
}

/** When a release reaches a region; minus infinity for what was always there. */
export function releaseMs({ releasedAt, regions }: Release, location: string, startMs: number): number {
  const text = regions?.[location] ?? releasedAt;
  return text === undefined ? Number.NEGATIVE_INFINITY : (instantMs(text, startMs) ?? Number.POSITIVE_INFINITY);
}

/** Every instant at which a release reaches some region. */
export function releaseInstantsMs({ releasedAt, regions = {} }: Release, startMs: number): number[] {
  const texts = [...Object.values(regions), ...(releasedAt === undefined ? [] : [releasedAt])];
  return [...new Set(texts.flatMap((text) => instantMs(text, startMs) ?? []))];
}
