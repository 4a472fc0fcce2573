import { RUN_TAG } from "../long-operation.ts";

/** Tags of whatever a restore test makes, beside the run's. */
export const PURPOSE_TAG = "drydock-purpose";
export const EXPIRY_TAG = "drydock-expires";
/** What PURPOSE_TAG says of scratch resources. A run's tag alone is on node pools, too, which are nobody's to delete here. */
export const SCRATCH_PURPOSE = "scratch";

/** A resource as the janitor sees it. */
export interface TaggedResource {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether a run still goes on: `unknown` when that could not be asked, `never` when no such run is known. */
export type RunLife = "running" | "ended" | "never" | "unknown";

/** What is to become of a resource, and why. */
export interface JanitorDecision {
  readonly id: string;
  readonly action: "delete" | "keep";
  readonly reason:
    | "NotDrydocks"
    | "NotScratch"
    | "RunGoesOn"
    | "NotYetExpired"
    | "ExpiryUnreadable"
    | "RunUnknown"
    | "Expired"
    | "RunIsDead";
}

/** A run that ended may still be tearing down in the eyes of a list that is a little old. */
const GRACE_MS = 30 * 60_000;

/** The tags of what a run makes. */
export function scratchTags(runId: string, expiresAt: string): Readonly<Record<string, string>> {
  return { [RUN_TAG]: runId, [EXPIRY_TAG]: expiresAt, [PURPOSE_TAG]: SCRATCH_PURPOSE };
}

/** The run that a resource names; undefined for what Drydock did not make as scratch. */
export function runOf({ tags }: TaggedResource): string | undefined {
  return tagOf(tags, PURPOSE_TAG) === SCRATCH_PURPOSE ? tagOf(tags, RUN_TAG) : undefined;
}

/**
 * Decides what the janitor may delete: what is tagged as scratch by Drydock, and has expired or belongs to a dead run. What is
 * not tagged so, or cannot be read, or whose run may still go on before its expiry, stays.
 *
 * @param endedMs when the run ended; null while that is not known
 */
export function decideJanitor(
  resource: TaggedResource,
  { life, endedMs, nowMs }: { readonly life: RunLife; readonly endedMs: number | null; readonly nowMs: number },
): JanitorDecision {
  const { id, tags } = resource;
  const keep = (reason: JanitorDecision["reason"]): JanitorDecision => ({ id, action: "keep", reason });
  if (!tagOf(tags, RUN_TAG)) return keep("NotDrydocks");
  if (runOf(resource) === undefined) return keep("NotScratch");
  const expiresMs = Date.parse(tagOf(tags, EXPIRY_TAG) ?? "");
  if (!Number.isFinite(expiresMs)) return keep("ExpiryUnreadable");
  // A run that goes on beyond its expiry tears down by itself; it is reported, and not worked against.
  if (life === "running") return keep("RunGoesOn");
  if (nowMs >= expiresMs) return life === "unknown" ? keep("RunUnknown") : { id, action: "delete", reason: "Expired" };
  if (life === "unknown") return keep("RunUnknown");
  if (life === "ended" && (endedMs === null || nowMs - endedMs >= GRACE_MS)) {
    return { id, action: "delete", reason: "RunIsDead" };
  }
  return keep("NotYetExpired");
}

/** Azure keeps the case of tags' names and compares them without it. */
function tagOf(tags: Readonly<Record<string, string>>, name: string): string | undefined {
  const found = Object.entries(tags).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  return found === "" ? undefined : found;
}
