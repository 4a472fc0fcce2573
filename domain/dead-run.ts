import type { Notice } from "./notice.ts";
import type { Signal } from "./run-control.ts";
import { type OpenUndos, undoText } from "./undo-record.ts";

/** A run on the list, and what its host says of it. */
export interface ListedLife {
  readonly id: string;
  /** Whether the list knows its end: it has made its report. */
  readonly hasReported: boolean;
  /** The host's word for the run itself; null when the host knows no such run any longer. */
  readonly status: string | null;
  /** Whether parts of it still go on. */
  readonly hasLiveParts: boolean;
}

/** What is to be done about a run whose report will never come. */
export type DeadRunDecision =
  | { readonly kind: "leave" }
  /** Parts of it go on without it: they are told to stop, and undo what they have done. */
  | { readonly kind: "stopParts" }
  /** Nobody is left: what it has not undone is undone for it. */
  | { readonly kind: "sweep" };

/** Words of the host for a run that ended without its report. One that is Completed has made it, and the list learns of it. */
const DEAD: readonly string[] = ["Failed", "Terminated", "Canceled"];

/** Decides what to do about a run: nothing while it lives or has reported. */
export function decideDeadRun({ hasReported, status, hasLiveParts }: ListedLife): DeadRunDecision {
  const isDead = status === null || DEAD.includes(status);
  if (hasReported || !isDead) return { kind: "leave" };
  return { kind: hasLiveParts ? "stopParts" : "sweep" };
}

/** What tells the parts of a dead run to stop. The same for every try: a record takes a signal in once. */
export function stopSignal(runId: string, nowMs: number): Signal {
  return {
    id: `${runId}~janitor`,
    kind: "cancel",
    by: "Drydock",
    reason: "the run was ended from outside, and parts of it went on",
    at: new Date(nowMs).toISOString(),
    gate: null,
  };
}

/** How the sweep of one pool of a dead run went. */
export interface SweptPool {
  readonly cluster: string;
  readonly pool: string;
  readonly undone: readonly string[];
  /** What is left, and why. */
  readonly failed: readonly string[];
  /** How often that was tried before. */
  readonly failures: number;
}

/** How the sweep of a pool went, by what stood to be undone and what is left of it. */
export function sweptPool(
  { site, steps, failures }: OpenUndos,
  left: OpenUndos["steps"],
  why: readonly string[],
): SweptPool {
  const undone = steps.filter((step) => !left.includes(step)).map((step) => undoText(step, site.pool.name).what);
  return { cluster: site.cluster, pool: site.pool.name, undone: undone.toReversed(), failed: why, failures };
}

/** What people are told of a sweep; null when that is nothing new. */
export function sweepNotice(runId: string, swept: readonly SweptPool[]): Notice | null {
  const told = swept.filter(
    ({ undone, failed, failures }) => undone.length > 0 || (failed.length > 0 && failures === 0),
  );
  if (told.length === 0) return null;
  const left = told.reduce((sum, { failed }) => sum + failed.length, 0);
  const rest =
    left === 0 ? "nothing of it is left" : `${left} of its changes could not be undone, which is tried again hourly`;
  return {
    title: "A run ended without its report",
    text: `run ${runId} was ended from outside; ${rest}`,
    evidence: told.flatMap(({ cluster, pool, undone, failed }) => [
      ...undone.map((what) => `${cluster}/${pool}: ${what}: done`),
      ...failed.map((why) => `${cluster}/${pool}: ${why}`),
    ]),
  };
}
