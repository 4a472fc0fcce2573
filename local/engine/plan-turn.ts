import { type Action, ActionType, type FlatActions, fireAtMs, inputJson, type RetrySettings } from "./actions.ts";
import { checkDeterminism, taskName } from "./determinism.ts";
import { type EventBody, EventType, type HistoryEvent, historyEvent, type TaskRole } from "./history.ts";
import { isTimerLeg, type Ledger, type LedgerTask, pollTarget, takesNumbers } from "./ledger.ts";

/** Waits longer than this are cut into legs of LONG_TIMER_LEG_MS (Azure Storage's defaults, which the payload announces). */
export const LONG_TIMER_LIMIT_MS = 6 * 86_400_000;
export const LONG_TIMER_LEG_MS = 3 * 86_400_000;
/** Wait between polls of an HTTP call whose answer names none. */
export const HTTP_POLL_DEFAULT_MS = 30_000;

/** Something that must happen because of a turn; carried out after the turn is committed. */
export type Effect =
  | {
      readonly kind: "activity";
      readonly taskId: number;
      readonly name: string;
      readonly input: string;
      readonly notBeforeMs?: number;
    }
  | { readonly kind: "timer"; readonly taskId: number; readonly fireAtMs: number }
  | { readonly kind: "cancelTimer"; readonly taskId: number }
  | {
      readonly kind: "subOrchestration";
      readonly taskId: number;
      readonly name: string;
      readonly instanceId: string;
      readonly version: string;
      readonly input: string;
    }
  | { readonly kind: "entity"; readonly entityId: string; readonly request: EntityRequest; readonly dueMs?: number };

/** What an orchestration asks of an entity; the very text stands in the history's EventSent. */
export interface EntityRequest {
  readonly op: string;
  readonly id: string;
  readonly signal?: boolean;
  readonly input?: string;
  readonly parent?: string;
  readonly parentExecution?: string;
}

/** What a turn needs to know of its execution. */
export interface TurnContext {
  readonly instanceId: string;
  readonly executionId: string;
  readonly nowMs: number;
  /** Makes an id for an entity request; called outside of the orchestrator, once per new request. */
  readonly newId: () => string;
}

/** What a turn adds. */
export interface TurnPlan {
  readonly events: readonly HistoryEvent[];
  readonly effects: readonly Effect[];
}

/**
 * Decides what a turn adds to the history and what has to be done: numbers that the library took on its own for the
 * turn's first event, then the tasks of new actions, then cancelled timers. Pure: same input, same answer.
 *
 * @param ledger the ledger *after* the turn's incoming events
 * @param first the turn's first incoming completion, if any
 * Throws NonDeterministicOrchestrationError when the actions contradict the history.
 */
export function planTurn(
  context: TurnContext,
  ledger: Ledger,
  first: HistoryEvent | undefined,
  flat: FlatActions,
): TurnPlan {
  checkDeterminism(ledger.leaves, flat.numbered);
  const planner = new Planner(context, ledger.nextId);
  const firstTask = first ? ledger.tasks.get(first.TaskScheduledId ?? first.TimerId ?? -1) : undefined;
  if (first && firstTask) {
    const action = flat.numbered[firstTask.leaf];
    if (action && takesNumbers(firstTask, first, action)) planner.followUp(firstTask, first, action);
  }
  for (let leaf = ledger.leaves.length; leaf < flat.numbered.length; leaf += 1) {
    const action = flat.numbered[leaf];
    if (action) planner.schedule(action, leaf);
  }
  for (const task of ledger.tasks.values()) {
    if (task.kind !== "timer" || task.outcome !== "open") continue;
    if (flat.numbered[task.leaf]?.isCanceled) planner.effects.push({ kind: "cancelTimer", taskId: task.id });
  }
  return { events: planner.events, effects: planner.effects };
}

class Planner {
  readonly events: HistoryEvent[] = [];
  readonly effects: Effect[] = [];
  readonly #context: TurnContext;
  #nextId: number;

  constructor(context: TurnContext, nextId: number) {
    this.#context = context;
    this.#nextId = nextId;
  }

  /** Schedules the first task of an action. */
  schedule(action: Action, leaf: number): void {
    const body: EventBody = { Leaf: leaf, Role: "call" };
    switch (action.actionType) {
      case ActionType.CallActivity:
      case ActionType.CallActivityWithRetry:
        this.#activity(taskName(action), inputJson(action), body);
        break;
      case ActionType.CallHttp:
        this.#activity(taskName(action), JSON.stringify(action.httpRequest), body);
        break;
      case ActionType.CallSubOrchestrator:
      case ActionType.CallSubOrchestratorWithRetry:
        this.#subOrchestration(action, body);
        break;
      case ActionType.CreateTimer:
        this.#timer(this.#legEndMs(fireAtMs(action)), leaf, "call", action.isCanceled === true);
        break;
      case ActionType.CallEntity:
      case ActionType.SignalEntity:
      case ActionType.ScheduledSignalEntity:
        this.#entity(action, leaf);
        break;
      default:
        throw new Error(
          `The orchestrator asked for action type ${action.actionType}, which the embedded host does not know (entity locks are not supported).`,
        );
    }
  }

  /** Schedules what the library expects next after a completion that takes numbers. */
  followUp(task: LedgerTask, event: HistoryEvent, action: Action): void {
    if (event.EventType === EventType.TimerFired) {
      if (task.role === "retryTimer") this.#nextAttempt(task, action);
      else if (isTimerLeg(task, action))
        this.#timer(this.#legEndMs(fireAtMs(action)), task.leaf, "timerLeg", action.isCanceled === true);
    } else if (event.EventType === EventType.TaskCompleted) {
      this.#poll(task, event, action);
    } else if (action.retryOptions) {
      const last = task.attempt >= action.retryOptions.maxNumberOfAttempts;
      const delayMs = last ? 0 : retryDelayMs(action.retryOptions, task.attempt);
      this.#timer(this.#context.nowMs + delayMs, task.leaf, "retryTimer", false, task.attempt);
    }
  }

  #nextAttempt(timer: LedgerTask, action: Action): void {
    if (timer.attempt >= (action.retryOptions?.maxNumberOfAttempts ?? 1)) return;
    const body: EventBody = { Leaf: timer.leaf, Role: "attempt", Attempt: timer.attempt + 1 };
    if (action.actionType === ActionType.CallSubOrchestratorWithRetry) this.#subOrchestration(action, body);
    else this.#activity(taskName(action), inputJson(action), body);
  }

  #poll(task: LedgerTask, event: HistoryEvent, action: Action): void {
    const target = pollTarget(event.Result);
    if (!target || !action.httpRequest) return;
    const waitMs = target.retryAfterSeconds === undefined ? HTTP_POLL_DEFAULT_MS : target.retryAfterSeconds * 1000;
    const dueMs = this.#context.nowMs + waitMs;
    this.#timer(dueMs, task.leaf, "pollTimer", false);
    const uri = new URL(target.uri, action.httpRequest.uri).href;
    const { content: _content, ...rest } = action.httpRequest;
    const body: EventBody = { Leaf: task.leaf, Role: "pollRequest" };
    this.#activity(taskName(action), JSON.stringify({ ...rest, method: "GET", uri }), body, dueMs);
  }

  #legEndMs(dueMs: number): number {
    const { nowMs } = this.#context;
    return dueMs - nowMs > LONG_TIMER_LIMIT_MS ? nowMs + LONG_TIMER_LEG_MS : dueMs;
  }

  #push(type: number, body: EventBody): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.events.push(historyEvent(type, this.#context.nowMs, body, id));
    return id;
  }

  #activity(name: string, input: string, body: EventBody, notBeforeMs?: number): void {
    const taskId = this.#push(EventType.TaskScheduled, { Name: name, Version: "", Input: `[${input}]`, ...body });
    this.effects.push({ kind: "activity", taskId, name, input, ...(notBeforeMs === undefined ? {} : { notBeforeMs }) });
  }

  #timer(dueMs: number, leaf: number, role: TaskRole, cancelled: boolean, attempt = 1): void {
    const body: EventBody = { FireAt: new Date(dueMs).toISOString(), Leaf: leaf, Role: role, Attempt: attempt };
    const taskId = this.#push(EventType.TimerCreated, body);
    if (!cancelled) this.effects.push({ kind: "timer", taskId, fireAtMs: dueMs });
  }

  #subOrchestration(action: Action, body: EventBody): void {
    const name = taskName(action);
    const input = inputJson(action);
    const version = action.version ?? "";
    const instanceId = action.instanceId || `${this.#context.executionId}:${this.#nextId}`;
    const taskId = this.#push(EventType.SubOrchestrationInstanceCreated, {
      Name: name,
      Version: version,
      InstanceId: instanceId,
      Input: input,
      ...body,
    });
    this.effects.push({ kind: "subOrchestration", taskId, name, instanceId, version, input });
  }

  #entity(action: Action, leaf: number): void {
    const entityId = action.instanceId ?? "";
    const isCall = action.actionType === ActionType.CallEntity;
    const request: EntityRequest = {
      op: action.operation ?? "",
      id: this.#context.newId(),
      ...(action.input === undefined ? {} : { input: JSON.stringify(action.input) }),
      ...(isCall ? { parent: this.#context.instanceId, parentExecution: this.#context.executionId } : { signal: true }),
    };
    this.#push(EventType.EventSent, {
      InstanceId: entityId,
      Name: "op",
      Input: JSON.stringify(request),
      Leaf: leaf,
      Role: "call",
    });
    const due = action.actionType === ActionType.ScheduledSignalEntity ? { dueMs: fireAtMs(action) } : {};
    this.effects.push({ kind: "entity", entityId, request, ...due });
  }
}

/** Wait before attempt `attempt + 1`: first interval times back-off to the power of the attempts made, at most the cap. */
export function retryDelayMs(settings: RetrySettings, attempt: number): number {
  const coefficient = settings.backoffCoefficient ?? 1;
  const delay = settings.firstRetryIntervalInMilliseconds * coefficient ** (attempt - 1);
  return Math.min(delay, settings.maxRetryIntervalInMilliseconds ?? Number.POSITIVE_INFINITY);
}
