import { z } from "zod";
import type { Notice } from "../notice.ts";
import { decideJanitor, type JanitorDecision, type RunLife, runOf, type TaggedResource } from "./janitor.ts";

/** A resource group of a scratch cluster, as the janitor finds it. */
export interface FoundGroup extends TaggedResource {
  /** Whether it is on its way out already. */
  readonly isDeleting: boolean;
}

/** A role that a run gave outside of its scratch group. */
export interface FoundGrant {
  readonly id: string;
  /** Name of the resource group of the scratch cluster that it was given for. */
  readonly group: string;
  /** The run that gave it; null for one that this app does not know: another app's may be alive. */
  readonly run: string | null;
}

/** What was found, and what could not be looked at. */
export interface FoundScratch {
  readonly groups: readonly FoundGroup[];
  readonly grants: readonly FoundGrant[];
  /** What could not be listed, and why. */
  readonly unread: readonly string[];
}

/** How a run that left something stands. */
export interface RunStand {
  readonly life: RunLife;
  readonly endedMs: number | null;
}

const thing = z.object({ id: z.string(), run: z.string().nullable() });

/** One pass of the janitor: what it found, and what became of it. */
export const janitorPassSchema = z
  .object({
    at: z.iso.datetime(),
    /** Groups and roles that it began to delete in this pass; the next pass confirms. */
    begun: z.array(thing),
    /** Those of earlier passes that are gone. */
    gone: z.array(thing),
    /** Those that do not let themselves be deleted, and why. */
    refused: z.array(thing.extend({ why: z.string() })),
    /** Scratch resources that stay for now, and why. */
    kept: z.array(thing.extend({ reason: z.string(), expiresAt: z.string().nullable() })),
    /** What it could not look at. */
    unread: z.array(z.string()),
  })
  .meta({ id: "JanitorPass" });
export type JanitorPass = z.infer<typeof janitorPassSchema>;

/** What is to be deleted: a group or a role, with the run that left it. */
export interface Removal {
  readonly kind: "group" | "grant";
  readonly id: string;
  readonly run: string | null;
}

/** What a pass will do. */
export interface JanitorPlan {
  readonly removals: readonly Removal[];
  readonly kept: JanitorPass["kept"];
  /** Still on their way out. */
  readonly deleting: readonly string[];
}

/** The runs whose life decides over what was found. */
export function runsIn({ groups, grants }: FoundScratch): string[] {
  return [
    ...new Set([...groups.flatMap((group) => runOf(group) ?? []), ...grants.flatMap(({ run }) => run ?? [])]),
  ].sort();
}

/**
 * Decides what of the finds goes: groups by their tags and the life of their run, and roles of ended runs whose scratch group
 * is gone or goes. What cannot be told to be a dead run's stays.
 */
export function planJanitor(
  found: FoundScratch,
  stands: Readonly<Record<string, RunStand>>,
  nowMs: number,
): JanitorPlan {
  const decided = found.groups.map((group) => ({ group, decision: decide(group, stands, nowMs) }));
  const going = decided.filter(({ decision }) => decision.action === "delete");
  const kept = decided.filter(({ decision }) => decision.action === "keep");
  const staying = new Set(kept.map(({ group }) => groupName(group.id)));
  // A role is given after its group is made: without the group nobody will use it again. But where groups could not all be
  // listed, one that is missing may be there.
  const isDead = ({ group, run }: FoundGrant) =>
    run !== null && stands[run]?.life === "ended" && !staying.has(group.toLowerCase());
  const grants = found.unread.length === 0 ? found.grants.filter(isDead) : [];
  return {
    removals: [
      ...grants.map(({ id, run }): Removal => ({ kind: "grant", id, run })),
      ...going
        .filter(({ group }) => !group.isDeleting)
        .map(({ group }): Removal => ({ kind: "group", id: group.id, run: runOf(group) ?? null })),
    ],
    kept: kept.map(({ group, decision }) => ({
      ...{ id: group.id, run: runOf(group) ?? null, reason: decision.reason, expiresAt: expiryOf(group) },
    })),
    deleting: going.filter(({ group }) => group.isDeleting).map(({ group }) => group.id),
  };
}

/** What earlier passes began and is not found any more. */
export function goneSince(before: JanitorPass | null, found: FoundScratch): JanitorPass["gone"] {
  if (!before || found.unread.length > 0) return [];
  const there = new Set([...found.groups, ...found.grants].map(({ id }) => id.toLowerCase()));
  return [...before.begun, ...before.refused.map(({ id, run }) => ({ id, run }))].filter(
    ({ id }) => !there.has(id.toLowerCase()),
  );
}

/** What people should know of a pass; null when there is nothing new: what was refused before is not told again. */
export function janitorNotice(pass: JanitorPass, before: JanitorPass | null): Notice | null {
  const known = new Set(before?.refused.map(({ id }) => id) ?? []);
  const unread = pass.unread.filter((why) => !before?.unread.includes(why));
  const refused = pass.refused.filter(({ id }) => !known.has(id));
  if (pass.begun.length === 0 && refused.length === 0 && unread.length === 0) return null;
  const text = [
    counted(pass.begun.length, "is", "are", "deleted"),
    counted(refused.length, "does not let itself be deleted", "do not let themselves be deleted", ""),
    unread.length === 0 ? "" : "not everything could be looked at",
  ].filter((part) => part !== "");
  return {
    title: "Scratch resources were left behind",
    text: `Of what dead runs left, ${text.join("; ")}.`,
    evidence: [
      ...pass.begun.map(({ id, run }) => `deleted: ${id}${run === null ? "" : ` (run ${run})`}`),
      ...refused.map(({ id, why }) => `refused: ${id}: ${why}`),
      ...unread.map((why) => `not looked at: ${why}`),
    ],
  };
}

function decide(group: FoundGroup, stands: Readonly<Record<string, RunStand>>, nowMs: number): JanitorDecision {
  const run = runOf(group);
  const stand = (run === undefined ? undefined : stands[run]) ?? { life: "unknown" as const, endedMs: null };
  return decideJanitor(group, { ...stand, nowMs });
}

function counted(count: number, one: string, many: string, did: string): string {
  if (count === 0) return "";
  return `${count} ${count === 1 ? one : many}${did === "" ? "" : ` ${did}`}`;
}

function groupName(id: string): string {
  return (id.split("/").at(-1) ?? id).toLowerCase();
}

function expiryOf({ tags }: FoundGroup): string | null {
  return Object.entries(tags).find(([name]) => name.toLowerCase() === "drydock-expires")?.[1] ?? null;
}
