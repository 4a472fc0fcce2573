import { leftoversLine } from "../domain/log-lines.ts";
import { goneSince, type JanitorPass, janitorNotice, planJanitor } from "../domain/restore/janitor-pass.ts";
import {
  askEntity,
  type EntityContext,
  errorText,
  nowIso,
  nowMs,
  type OrchestrationContext,
  perform,
  type Step,
} from "./durable.ts";

/** Name and key of the entity that keeps the janitor's passes, and how many it keeps: a week of them. */
export const JANITOR_LOG = "janitorLog";
export const JANITOR_LOG_KEY = "all";
const KEPT = 168;

/** The `janitorLog` entity: `add` takes a pass in and answers the one before. The newest come first. */
export function janitorLog({ df }: EntityContext<readonly JanitorPass[]>): void {
  const passes = df.getState(() => []) ?? [];
  if (df.operationName === "add") {
    const pass = df.getInput() as JanitorPass;
    const others = passes.filter(({ at }) => at !== pass.at);
    df.setState([pass, ...others].slice(0, KEPT));
    return;
  }
  df.setState(passes);
  df.return(passes[0] ?? null);
}

/**
 * The `janitor` orchestration: one pass over what runs may have left behind. Deletions are begun here, and confirmed by the
 * next pass; what is new is told in Teams.
 */
export function* janitor(context: OrchestrationContext): Step<JanitorPass> {
  const before = yield* askEntity<JanitorPass | null>(context, JANITOR_LOG, JANITOR_LOG_KEY, "last");
  const { found, stands } = yield* perform(context, "findLeftovers", null);
  const at = nowIso(context);
  const plan = planJanitor(found, stands, nowMs(context));
  const begun: JanitorPass["begun"] = [];
  const refused: JanitorPass["refused"] = [];
  for (const removal of plan.removals) {
    const { id, run } = removal;
    const { why } = yield* perform(context, "removeLeftover", removal);
    if (why === null) begun.push({ id, run });
    else refused.push({ id, run, why });
  }
  const { kept } = plan;
  const pass: JanitorPass = { at, begun, gone: goneSince(before, found), refused, kept, unread: [...found.unread] };
  yield* askEntity(context, JANITOR_LOG, JANITOR_LOG_KEY, "add", pass);
  if (begun.length + refused.length > 0 && !context.df.isReplaying) {
    context.log(leftoversLine({ begun: begun.length, refused: refused.length }));
  }
  yield* tell(context, pass, before);
  return pass;
}

/** A card that cannot be delivered changes nothing of the pass: the API has it. */
function* tell(context: OrchestrationContext, pass: JanitorPass, before: JanitorPass | null): Step<void> {
  const notice = janitorNotice(pass, before);
  if (!notice) return;
  const runId = [...pass.begun, ...pass.refused].find(({ run }) => run !== null)?.run ?? context.df.instanceId;
  try {
    yield* perform(context, "deliverNotice", { runId, notice });
  } catch (error) {
    if (!context.df.isReplaying) context.log(`the janitor's card could not be delivered: ${errorText(error)}`);
  }
}
