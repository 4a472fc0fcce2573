import { decideRemedies, type RemedyStep } from "../domain/drain/decide-remedies.ts";
import { type HeldPod, heldText } from "../domain/drain/held-pod.ts";
import type { RemedyRecord } from "../domain/drain/remedy-record.ts";
import type { DrainPolicy } from "../domain/fleet-config.ts";
import { answerOf, type Gate, type RunControl } from "../domain/run-control.ts";
import { nowIso, nowMs, type OrchestrationContext, type Step, tryPerform } from "./durable.ts";
import { putGate, readControl, withdrawGate } from "./run-record.ts";

/** Where a drain is blocked, and what may be done about it. */
export interface BlockedSite {
  readonly runId: string;
  readonly cluster: string;
  readonly ring: string;
  readonly resourceId: string;
  readonly policy: Pick<DrainPolicy, "remedies">;
  /** Until when a question to people may stand, in milliseconds since the epoch. */
  readonly answerUntilMs: number;
}

/** A question that stands, and the pod that it is about. */
interface OpenQuestion {
  readonly gate: string;
  readonly pod: string;
  readonly node: string;
  readonly expiresAtMs: number;
}

/** What was done so far; kept when an orchestration continues as new. */
export interface RemedyState {
  readonly records: readonly RemedyRecord[];
  readonly open: readonly OpenQuestion[];
}

/** What came of one look at what blocks. */
export interface RemedyTurn {
  readonly state: RemedyState;
  /** Why the policy wants the drain to end; null when it may go on. */
  readonly gaveUp: readonly string[] | null;
  /** When the next remedy is due, ISO 8601; null when none is. */
  readonly nextCheckAt: string | null;
}

/** Nothing was done yet. */
export const NO_REMEDIES: RemedyState = { records: [], open: [] };

/**
 * Does what the policy says about pods that block: each remedy once, when it is due. It waits for nobody: a question to people
 * stands while the drain goes on, and its answer is carried out at the next look. A remedy that fails is recorded, and the next
 * one is tried.
 */
export function* workOnBlockers(
  context: OrchestrationContext,
  site: BlockedSite,
  held: readonly HeldPod[],
  before: RemedyState,
): Step<RemedyTurn> {
  let state = before.open.length === 0 ? before : yield* takeAnswers(context, site, before);
  const decision = decideRemedies(held, state.records, site.policy.remedies, nowMs(context));
  if (decision.kind === "giveUp") return { state, gaveUp: decision.reasons, nextCheckAt: null };
  if (decision.kind === "wait") return { state, gaveUp: null, nextCheckAt: decision.nextCheckAt };
  for (const step of decision.steps) {
    const pod = held.find((one) => one.pod === step.pods[0]);
    state =
      step.do === "askToDelete" && pod
        ? yield* askToDelete(context, site, pod, state)
        : { ...state, records: [...state.records, yield* carryOut(context, site, step)] };
  }
  return { state, gaveUp: null, nextCheckAt: null };
}

/** Takes back the questions that nobody answered; answers what was done in all. */
export function* endRemedies(
  context: OrchestrationContext,
  runId: string,
  { records, open }: RemedyState,
): Step<RemedyRecord[]> {
  for (const { gate } of open) yield* withdrawGate(context, runId, gate);
  return records.map((record) => (record.outcome === "asked" ? { ...record, outcome: "unanswered" } : record));
}

function* carryOut(
  context: OrchestrationContext,
  { resourceId, runId }: BlockedSite,
  { do: what, target, pods, reason }: RemedyStep,
): Step<RemedyRecord> {
  const at = nowIso(context);
  const record = { do: what, target, pods: [...pods], reason, at };
  if (what === "askToDelete") return { ...record, outcome: "passed", detail: "the pod is gone" };
  const answer = yield* tryPerform(context, "applyRemedy", { resourceId, runId, do: what, target, at });
  if (!answer.ok) return { ...record, outcome: "passed", detail: answer.failure.message };
  const { value } = answer;
  return { ...record, outcome: value.kind, detail: value.kind === "passed" ? value.reason : null };
}

function* askToDelete(
  context: OrchestrationContext,
  site: BlockedSite,
  held: HeldPod,
  state: RemedyState,
): Step<RemedyState> {
  const at = nowIso(context);
  const gate = deletionGate(site, held, at);
  const control = yield* putGate(context, site.runId, gate);
  const record = { do: "askToDelete" as const, target: held.pod, pods: [held.pod], reason: heldText(held), at };
  if (!control.gates.some(({ id }) => id === gate.id)) {
    const detail = "the run asks nothing any more";
    return { ...state, records: [...state.records, { ...record, outcome: "passed", detail }] };
  }
  yield* tryPerform(context, "deliverGate", { runId: site.runId, gate });
  const open = { gate: gate.id, pod: held.pod, node: held.node, expiresAtMs: Date.parse(gate.expiresAt) };
  return {
    records: [...state.records, { ...record, outcome: "asked", detail: gate.id }],
    open: [...state.open, open],
  };
}

function deletionGate({ cluster, ring, answerUntilMs }: BlockedSite, held: HeldPod, at: string): Gate {
  // The same pod may be asked about again at another time, and that is another question.
  const minute = at.slice(0, 16).replaceAll(/[-:]/g, "");
  return {
    id: `delete-${cluster}-${held.pod.replace("/", "-")}-${minute}`,
    kind: "approval",
    ring,
    question: `May pod ${held.pod} of ${cluster} be deleted past its budgets, so that node ${held.node} can be drained?`,
    evidence: [heldText(held)],
    options: ["approve", "decline"],
    openedAt: at,
    expiresAt: new Date(answerUntilMs).toISOString(),
    unanswered: "the pod stays",
  };
}

function* takeAnswers(context: OrchestrationContext, site: BlockedSite, before: RemedyState): Step<RemedyState> {
  const control: RunControl = yield* readControl(context, site.runId);
  let { records } = before;
  const open: OpenQuestion[] = [];
  for (const question of before.open) {
    const answer = answerOf(control, question.gate);
    const isOver = nowMs(context) >= question.expiresAtMs;
    if (answer === undefined && !isOver) {
      open.push(question);
      continue;
    }
    const result = answer ? yield* followAnswer(context, site, question, answer) : UNANSWERED;
    if (!answer) yield* withdrawGate(context, site.runId, question.gate);
    records = records.map((record) => (record.detail === question.gate ? { ...record, ...result } : record));
  }
  return { records, open };
}

type Result = Pick<RemedyRecord, "outcome" | "detail">;
const UNANSWERED: Result = { outcome: "unanswered", detail: null };

function* followAnswer(
  context: OrchestrationContext,
  { resourceId }: BlockedSite,
  { pod, node }: OpenQuestion,
  { kind, by, reason }: { readonly kind: string; readonly by: string; readonly reason: string },
): Step<Result> {
  const said = `by ${by}: ${reason}`;
  if (kind !== "approve") return { outcome: "declined", detail: said };
  const deleted = yield* tryPerform(context, "deletePod", { resourceId, pod, node });
  if (!deleted.ok) return { outcome: "passed", detail: `approved ${said}; ${deleted.failure.message}` };
  const { value } = deleted;
  return value.kind === "passed"
    ? { outcome: "passed", detail: `approved ${said}; ${value.reason}` }
    : { outcome: "approved", detail: said };
}
