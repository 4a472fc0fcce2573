import { type Approval, type DeclinedChanges, declinedAfter } from "../domain/approval.ts";
import type { Signal } from "../domain/run-control.ts";
import { askEntity, type EntityContext, type OrchestrationContext, type Step, tellEntity } from "./durable.ts";

/** Name and key of the entity that keeps what people declined, so that searches do not ask for the same again. */
export const DECLINED_CHANGES = "declinedChanges";
const KEY = "all";

/** The `declinedChanges` entity: `decline`, `approve` and `read`. */
export function declinedChanges({ df }: EntityContext<DeclinedChanges>): void {
  const known = df.getState(() => ({})) ?? {};
  const operation = df.operationName ?? "";
  if (operation === "read") df.return(known);
  df.setState(operation === "read" ? known : declinedAfter(known, operation, df.getInput() as never));
}

/** What people declined, by ring. */
export function* readDeclined(context: OrchestrationContext): Step<DeclinedChanges> {
  return yield* askEntity<DeclinedChanges>(context, DECLINED_CHANGES, KEY, "read");
}

/** Keeps in mind how somebody answered for a ring. */
export function noteAnswer(
  context: OrchestrationContext,
  ring: string,
  asked: readonly Approval[],
  { kind, by, reason, at }: Signal,
): void {
  const changes = asked.map(({ what }) => ({ what, by, reason, at }));
  tellEntity(context, DECLINED_CHANGES, KEY, kind === "approve" ? "approve" : "decline", { ring, changes });
}
