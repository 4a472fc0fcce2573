/**
 * The only place where orchestrations touch durable-functions: what v3 and v4 share, typed. Steps are generators to be
 * used with `yield*`.
 *
 * A task may stand in one `Task.any` or `Task.all` only: Azure's host numbers a reused task twice.
 */
import { EntityId, type OrchestrationContext, type Task } from "durable-functions";
import type { Activities } from "../activities/activities.ts";
import type { ActivityAnswer } from "../activities/answer.ts";
import type { Failure } from "../domain/errors.ts";
import { DEFAULT_RETRY, decideRetry, type RetryPolicy } from "../domain/retry.ts";

export type { EntityContext, OrchestrationContext } from "durable-functions";

/** A part of an orchestration. */
export type Step<T> = Generator<Task, T, unknown>;

/** A step failed for good. */
export class StepFailed extends Error {
  override readonly name = "StepFailed";
  readonly failure: Failure;

  constructor(step: string, failure: Failure) {
    super(`${step}: ${failure.message}`);
    this.failure = failure;
  }
}

type ActivityName = keyof Activities & string;
type InputOf<Name extends ActivityName> = Parameters<Activities[Name]>[0];
type OutputOf<Name extends ActivityName> = Awaited<ReturnType<Activities[Name]>>;

/** The orchestration's present, in milliseconds since the epoch. */
export function nowMs(context: OrchestrationContext): number {
  return context.df.currentUtcDateTime.getTime();
}

/** The orchestration's present as an ISO instant. */
export function nowIso(context: OrchestrationContext): string {
  return context.df.currentUtcDateTime.toISOString();
}

/**
 * Calls an activity; transient failures are tried again by the one policy, with durable timers between. Throws StepFailed
 * when it fails for good, and what durable-functions throws when the activity has a bug.
 */
export function* perform<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: InputOf<Name>,
  policy: RetryPolicy = DEFAULT_RETRY,
): Step<OutputOf<Name>> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = (yield context.df.callActivity(name, input)) as ActivityAnswer<OutputOf<Name>>;
    if (answer.ok) return answer.value;
    const decision = decideRetry(policy, attempt, answer.failure);
    if (!decision.retry) throw new StepFailed(name, answer.failure);
    yield* waitUntil(context, nowMs(context) + decision.delaySeconds * 1000);
  }
}

/**
 * Calls an activity for several inputs side by side and answers what each answered, in order; those that failed in a way
 * that waiting may cure are then tried again one after the other.
 */
export function* performEach<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  inputs: ReadonlyArray<InputOf<Name>>,
): Step<Array<ActivityAnswer<OutputOf<Name>>>> {
  const tasks = inputs.map((input) => context.df.callActivity(name, input));
  const first = (yield context.df.Task.all(tasks)) as Array<ActivityAnswer<OutputOf<Name>>>;
  const answers: Array<ActivityAnswer<OutputOf<Name>>> = [];
  for (const [index, answer] of first.entries()) {
    const input = inputs[index] as InputOf<Name>;
    const isFinal = answer.ok || answer.failure.class !== "transient";
    answers.push(isFinal ? answer : yield* tryPerform(context, name, input));
  }
  return answers;
}

/** Like `perform`, but a step that failed for good is an answer. */
export function* tryPerform<Name extends ActivityName>(
  context: OrchestrationContext,
  name: Name,
  input: InputOf<Name>,
): Step<ActivityAnswer<OutputOf<Name>>> {
  try {
    return { ok: true, value: yield* perform(context, name, input) };
  } catch (error) {
    if (error instanceof StepFailed) return { ok: false, failure: error.failure };
    throw error;
  }
}

/** Waits for a moment. */
export function* waitUntil(context: OrchestrationContext, dueMs: number): Step<void> {
  if (dueMs <= nowMs(context)) return;
  yield context.df.createTimer(new Date(dueMs));
}

/** Waits for a moment or an external event, whichever comes first; answers which. */
export function* waitUntilOr(context: OrchestrationContext, dueMs: number, event: string): Step<"due" | "event"> {
  const timer = context.df.createTimer(new Date(dueMs));
  const raised = context.df.waitForExternalEvent(event);
  const winner = yield context.df.Task.any([timer, raised]);
  if (winner !== raised) return "due";
  timer.cancel();
  return "event";
}

/** Runs another orchestration as a part of this one. */
export function* runChild<T>(context: OrchestrationContext, name: string, instanceId: string, input: unknown): Step<T> {
  return (yield context.df.callSubOrchestrator(name, input, instanceId)) as T;
}

/** Runs several orchestrations side by side; answers their results in order. */
export function* runChildren<T>(
  context: OrchestrationContext,
  name: string,
  children: ReadonlyArray<{ readonly instanceId: string; readonly input: unknown }>,
): Step<T[]> {
  if (children.length === 0) return [];
  const tasks = children.map((child) => context.df.callSubOrchestrator(name, child.input, child.instanceId));
  return (yield context.df.Task.all(tasks)) as T[];
}

/** Asks an entity and waits for its answer. */
export function* askEntity<T>(
  context: OrchestrationContext,
  entity: string,
  key: string,
  operation: string,
  input?: unknown,
): Step<T> {
  return (yield context.df.callEntity(new EntityId(entity, key), operation, input)) as T;
}

/** Asks several entities the same side by side; answers what they answered, in order. */
export function* askEntities<T = unknown>(
  context: OrchestrationContext,
  entity: string,
  operation: string,
  asks: ReadonlyArray<{ readonly key: string; readonly input: unknown }>,
): Step<T[]> {
  if (asks.length === 0) return [];
  const tasks = asks.map(({ key, input }) => context.df.callEntity(new EntityId(entity, key), operation, input));
  return (yield context.df.Task.all(tasks)) as T[];
}

/** Tells an entity something without waiting. */
export function tellEntity(
  context: OrchestrationContext,
  entity: string,
  key: string,
  operation: string,
  input: unknown,
): void {
  context.df.signalEntity(new EntityId(entity, key), operation, input);
}

/** What to say of an error that ended a step. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.message.split("\n")[0] ?? error.message).trim() : String(error);
}
