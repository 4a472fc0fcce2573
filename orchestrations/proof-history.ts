import { historyAfter, type Proof, proofsOf } from "../domain/restore/proof-history.ts";
import type { RestoreReport } from "../domain/restore/restore-report.ts";
import { type EntityContext, type OrchestrationContext, tellEntity } from "./durable.ts";

/** Name of the entities that keep how the tests of clusters' backups went; the key is the cluster's name. */
export const PROOF_HISTORY = "proofHistory";

/** The `proofHistory` entity: `record` takes a test in. Its state is the newest tests of one cluster. */
export function proofHistory({ df }: EntityContext<readonly Proof[]>): void {
  const history = df.getState(() => []) ?? [];
  df.setState(df.operationName === "record" ? historyAfter(history, df.getInput() as Proof) : history);
}

/** Notes what a run's tests showed, for the trends, and for preflights that ask whether a restore is proven. */
export function noteProofs(context: OrchestrationContext, report: RestoreReport): void {
  for (const proof of proofsOf(report)) tellEntity(context, PROOF_HISTORY, proof.cluster, "record", proof);
}
