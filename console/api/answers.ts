import type { PlanView } from "../../domain/api/plan-view.ts";
import type { RunSummary, RunView } from "../../domain/api/run-view.ts";
import type { RingConfig } from "../../domain/fleet-config.ts";
import type { RunReport } from "../../domain/run-report.ts";

/** A plan, or word that it is being made. */
export type PlanAnswer = { readonly kind: "planning" } | { readonly kind: "ready"; readonly plan: PlanView };

/** A cluster of fleet.yaml. */
export interface FleetCluster {
  readonly name: string;
  readonly ring: string;
  readonly resourceId: string;
}

/** What the fleet answer holds. */
export interface Fleet {
  /** SHA-256 of fleet.yaml. */
  readonly digest: string;
  /** In the order in which they are upgraded. */
  readonly rings: readonly RingConfig[];
  readonly clusters: readonly FleetCluster[];
}

/** An event that could not be handled, and why. */
export interface DeadLetter {
  readonly at: string;
  readonly code: string;
  readonly reason: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly source: string;
}

/** Dead letters, and how many more there were than are kept. */
export interface DeadLetters {
  readonly letters: readonly DeadLetter[];
  readonly dropped: number;
}

/** An answer that is not the API's, as from a proxy in between. */
export class UnexpectedAnswer extends Error {
  override readonly name = "UnexpectedAnswer";
}

/*
 * The page comes from the same build as the API, so what is checked here is that the API has answered, not every member.
 */

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function isRunSummary(value: unknown): value is RunSummary {
  return (
    isObject(value) && typeof value.id === "string" && isObject(value.trigger) && typeof value.startedAt === "string"
  );
}

function isRun(value: unknown): value is RunView {
  if (!isRunSummary(value) || !hasLists(value, "findings", "gates", "signals")) return false;
  return hasLists(value, value.kind === "upgrade" ? "rings" : "tests");
}

function hasLists(value: object, ...names: string[]): boolean {
  return names.every((name) => Array.isArray(Reflect.get(value, name)));
}

function isReport(value: unknown): value is RunReport {
  if (!isRunSummary(value) || !("fleetDigest" in value)) return false;
  const lists = value.kind === "upgrade" ? ["rings", "findings", "signals"] : ["clusters", "findings"];
  return hasLists(value, ...lists);
}

function isRing(value: unknown): value is RingConfig {
  return isObject(value) && typeof value.name === "string" && "soakMinutes" in value && "maxParallel" in value;
}

function isFleetCluster(value: unknown): value is FleetCluster {
  return isObject(value) && ["name", "ring", "resourceId"].every((key) => typeof value[key] === "string");
}

function isDeadLetter(value: unknown): value is DeadLetter {
  return (
    isObject(value) &&
    ["at", "code", "reason", "eventId", "eventType", "source"].every((key) => typeof value[key] === "string")
  );
}

function listOf<T>(value: unknown, isItem: (item: unknown) => item is T, what: string): readonly T[] {
  if (Array.isArray(value) && value.every(isItem)) return value;
  throw new UnexpectedAnswer(`The answer holds no ${what}.`);
}

/** Reads the list of runs. Throws UnexpectedAnswer, as all of these do. */
export function readRuns(value: unknown): readonly RunSummary[] {
  return listOf(isObject(value) ? value.runs : undefined, isRunSummary, "list of runs");
}

/** Reads a run. */
export function readRun(value: unknown): RunView {
  if (isRun(value)) return value;
  throw new UnexpectedAnswer("The answer is not a run.");
}

/** Reads the report of a run that has ended. */
export function readReport(value: unknown): RunReport {
  if (isReport(value)) return value;
  throw new UnexpectedAnswer("The answer is not a report.");
}

/** Reads the fleet. */
export function readFleet(value: unknown): Fleet {
  if (!isObject(value) || typeof value.digest !== "string") throw new UnexpectedAnswer("The answer is not a fleet.");
  return {
    digest: value.digest,
    rings: listOf(value.rings, isRing, "rings"),
    clusters: listOf(value.clusters, isFleetCluster, "clusters"),
  };
}

/** Reads the dead letters. */
export function readDeadLetters(value: unknown): DeadLetters {
  const letters = listOf(isObject(value) ? value.deadLetters : undefined, isDeadLetter, "dead letters");
  return { letters, dropped: isObject(value) && typeof value.dropped === "number" ? value.dropped : 0 };
}

function isPlan(value: unknown): value is PlanView {
  return isObject(value) && typeof value.plannedAt === "string" && hasLists(value, "rings", "findings");
}

/** Reads a plan, or that it is being made. */
export function readPlan(value: unknown): PlanAnswer {
  if (isPlan(value)) return { kind: "ready", plan: value };
  if (isObject(value) && value.status === "planning") return { kind: "planning" };
  throw new UnexpectedAnswer("The answer is not a plan.");
}

/** The id of what an answer says was begun, a plan or a run; undefined when it names none. */
export async function begunId(response: Response): Promise<string | undefined> {
  const value: unknown = await response.json().catch(() => undefined);
  return isObject(value) && typeof value.id === "string" ? value.id : undefined;
}
