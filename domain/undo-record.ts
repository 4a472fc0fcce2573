import type { DrainPolicy } from "./fleet-config.ts";
import { type TrafficPolicy, type Weights, weightText } from "./traffic.ts";
import type { PoolPlan } from "./upgrade-plan.ts";

/** How to undo one change of a pool's upgrade; plain data, so that it can be done when the run that made it is no more. */
export type UndoStep =
  /** Takes the green pool away: what moved there is drained back first. */
  | { readonly do: "removeGreen"; readonly pool: string }
  | { readonly do: "uncordon"; readonly nodes: readonly string[] }
  /** Gives a route its weights back, unless they are nothing that the run had set. */
  | {
      readonly do: "revertTraffic";
      readonly policy: TrafficPolicy;
      readonly original: Weights;
      readonly expected: readonly Weights[];
    }
  /** Scales owners back that were scaled up for drains. */
  | { readonly do: "scaleBack" };

/** A pool that a run is upgrading: all that is needed to undo what was done to it. */
export interface UndoSite {
  readonly runId: string;
  /** Instance id of the cluster's part of the run. */
  readonly part: string;
  readonly cluster: string;
  readonly ring: string;
  readonly resourceId: string;
  readonly pool: PoolPlan;
  readonly drain: DrainPolicy;
}

/** What stands to be undone for a pool, oldest first, should its run end without doing it. */
export interface OpenUndos {
  readonly site: UndoSite;
  readonly steps: readonly UndoStep[];
  /** How often that was tried in vain after the run's end. */
  readonly failures: number;
}

/** What stands to be undone for the pools of a run, by the instance id of the pool's part. */
export type UndoRecord = Readonly<Record<string, OpenUndos>>;

/** What a run tells its record of a pool; `steps` are those that stand from now on. */
export interface UndoNote {
  readonly site: UndoSite;
  readonly steps: readonly UndoStep[];
}

/** Tries after the end of a run until what cannot be undone is left to people: an hour between each, a day in all. */
export const MOST_TRIES = 24;

/**
 * Decides what an operation makes of a run's record. Pure. `note` says what stands for a pool, and nothing stands no longer
 * than that; `failed` what is left of it after a try that the run did not live to see; `drop` is for a run that has told in its
 * report what is left.
 */
export function undosAfter(record: UndoRecord, operation: string, note: UndoNote | null): UndoRecord {
  if (operation === "drop") return {};
  if (note === null) return record;
  const key = undoKey(note.site);
  const { [key]: known, ...others } = record;
  if (note.steps.length === 0) return others;
  const failures = known?.failures ?? 0;
  return { ...others, [key]: { ...note, failures: operation === "failed" ? failures + 1 : failures } };
}

/** What of a record is still to be tried: what has failed for a day is left to people. */
export function undosToTry(record: UndoRecord): OpenUndos[] {
  return Object.keys(record)
    .sort()
    .flatMap((key) => record[key] ?? [])
    .filter(({ failures }) => failures < MOST_TRIES);
}

/** Name of a pool in a record. */
export function undoKey({ part, pool }: UndoSite): string {
  return `${part}:${pool.name}`;
}

/** What a step does, in words, and what a person does in its place. */
export function undoText(step: UndoStep, pool: string): { readonly what: string; readonly remedy: string } {
  switch (step.do) {
    case "removeGreen":
      return {
        what: `take pool ${step.pool} away again`,
        remedy: `Drain the nodes of ${step.pool} (kubectl drain), then az aks nodepool delete --nodepool-name ${step.pool}.`,
      };
    case "uncordon":
      return {
        what: `uncordon the nodes of pool ${pool}`,
        remedy: `kubectl uncordon ${step.nodes.join(" ")}`,
      };
    case "revertTraffic": {
      const { route } = step.policy;
      const before = weightText(step.policy, step.original);
      return {
        what: `give HTTPRoute ${route} its weights back (${before})`,
        remedy: `kubectl edit httproute -n ${route.replace("/", " ")}: ${before}.`,
      };
    }
    case "scaleBack":
      return { what: `scale back what was scaled up for the drains of pool ${pool}`, remedy: SCALE_BACK_REMEDY };
  }
}

/** What a person does about a workload that was not scaled back. */
export const SCALE_BACK_REMEDY =
  "Find workloads with the annotation drydock.dev/scaled-up-by, set their replicas to drydock.dev/scaled-up-from, and remove both; the next run tries it, too.";
