import type { Finding } from "../domain/finding.ts";
import { errorText, type Step } from "./durable.ts";

interface Undo {
  readonly what: string;
  readonly remedy: string;
  readonly step: () => Step<void>;
}

/**
 * What has to be undone when a change does not come to its end (a saga): recorded before the change is made, undone newest
 * first. An undo that fails does not keep the others from being tried; it is a finding, with what a person has to do.
 */
export class UndoStack {
  #undos: Undo[] = [];

  /** Records how to undo what is about to be done. */
  push(what: string, remedy: string, step: () => Step<void>): void {
    this.#undos.push({ what, remedy, step });
  }

  /** The change has come to its end: nothing is to be undone. */
  forget(): void {
    this.#undos = [];
  }

  /** Undoes everything, newest first; answers a finding for each undo that failed. */
  *run(cluster: string): Step<Finding[]> {
    const findings: Finding[] = [];
    for (const undo of this.#undos.splice(0).toReversed()) {
      try {
        yield* undo.step();
      } catch (error) {
        findings.push({
          code: "UndoFailed",
          severity: "blocker",
          subject: cluster,
          message: `could not ${undo.what}`,
          evidence: [errorText(error)],
          remedy: undo.remedy,
          cluster,
        });
      }
    }
    return findings;
  }
}
