import type { Finding } from "../domain/finding.ts";
import { type UndoSite, type UndoStep, undoText } from "../domain/undo-record.ts";
import { errorText, type OrchestrationContext, type Step } from "./durable.ts";
import { noteUndos } from "./undo-record.ts";

/**
 * What has to be undone when a change does not come to its end (a saga): recorded before the change is made, undone newest
 * first. An undo that fails does not keep the others from being tried; it is a finding, with what a person has to do. The run's
 * record keeps a copy, for the day on which nobody is left to undo anything: see sweep-dead-runs.ts.
 */
export class UndoStack {
  readonly #context: OrchestrationContext;
  readonly #site: UndoSite;
  #steps: UndoStep[];
  /** What stays by policy, or could not be undone: nothing to do for a run that lives to report it. */
  #left: UndoStep[] = [];

  /** @param steps what stands to be undone already, oldest first, and is on record */
  constructor(context: OrchestrationContext, site: UndoSite, steps: readonly UndoStep[] = []) {
    this.#context = context;
    this.#site = site;
    this.#steps = [...steps];
  }

  /** Records how to undo what is about to be done. */
  push(step: UndoStep): void {
    this.#steps.push(step);
    this.#note();
  }

  /** The change has come to its end: nothing is to be undone but this, if so. */
  forget(...but: UndoStep[]): void {
    if (this.#steps.length === 0 && but.length === 0) return;
    this.#steps = but;
    this.#note();
  }

  /** What the policy leaves as it is; it is taken back only if the run does not live to tell of it. */
  leave(step: UndoStep): void {
    this.#left.push(step);
    this.#note();
  }

  /** Undoes everything, newest first; answers a finding for each undo that failed. */
  *run(undo: (step: UndoStep) => Step<void>): Step<Finding[]> {
    const { cluster, pool } = this.#site;
    const findings: Finding[] = [];
    const failed: UndoStep[] = [];
    for (const step of this.#steps.toReversed()) {
      try {
        yield* undo(step);
      } catch (error) {
        failed.unshift(step);
        findings.push(undoFailed(cluster, undoText(step, pool.name), errorText(error)));
      }
    }
    if (this.#steps.length === 0) return findings;
    this.#steps = [];
    this.#left.push(...failed);
    this.#note();
    return findings;
  }

  /** What was left as it is, oldest first. */
  get left(): readonly UndoStep[] {
    return this.#left;
  }

  #note(): void {
    noteUndos(this.#context, { site: this.#site, steps: [...this.#left, ...this.#steps] });
  }
}

function undoFailed(cluster: string, { what, remedy }: ReturnType<typeof undoText>, why: string): Finding {
  return {
    code: "UndoFailed",
    severity: "blocker",
    subject: cluster,
    message: `could not ${what}`,
    evidence: [why],
    remedy,
    cluster,
  };
}
