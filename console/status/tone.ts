import type { PhaseView, RestoreTestView } from "../../domain/api/restore-view.ts";
import type { RunView } from "../../domain/api/run-view.ts";
import type { ClusterState, NodeView, PoolState, RingState } from "../../domain/api/upgrade-view.ts";
import type { Finding } from "../../domain/finding.ts";
import type { ClusterResult, DrainResult, PoolResult } from "../../domain/report.ts";
import type { Gate } from "../../domain/run-control.ts";

/** What a status means to who looks at it. Each has a colour and a shape of its own. */
export type Tone = "good" | "bad" | "blocked" | "warning" | "active" | "waiting" | "idle" | "skipped";

/** A status as it is shown: its meaning and its word. */
export interface Status {
  readonly tone: Tone;
  readonly word: string;
}

type Statuses<K extends string> = Readonly<Record<K, Status>>;

const status = (tone: Tone, word: string): Status => ({ tone, word });

const VERDICTS: Statuses<NonNullable<RunView["verdict"]>> = {
  passed: status("good", "Passed"),
  "passed-with-warnings": status("warning", "Passed with warnings"),
  failed: status("bad", "Failed"),
  blocked: status("blocked", "Blocked"),
  cancelled: status("skipped", "Cancelled"),
  "timed-out": status("bad", "Timed out"),
  inconclusive: status("warning", "Inconclusive"),
};

const RUNS: Statuses<RunView["status"]> = {
  pending: status("idle", "Waiting to start"),
  running: status("active", "Running"),
  finished: status("idle", "Finished"),
};

const RINGS: Statuses<RingState> = {
  pending: status("idle", "Pending"),
  approval: status("warning", "Wants approval"),
  waiting: status("waiting", "Waiting"),
  running: status("active", "Running"),
  soaking: status("waiting", "Soaking"),
  halted: status("bad", "Halted"),
  done: status("good", "Done"),
  failed: status("bad", "Failed"),
  skipped: status("skipped", "Skipped"),
};

const GATES: Statuses<Gate["kind"]> = {
  approval: status("warning", "Approval wanted"),
  halt: status("bad", "Halted"),
  look: status("waiting", "Open to look into"),
};

const CLUSTERS: Statuses<ClusterState | ClusterResult["outcome"]> = {
  pending: status("idle", "Pending"),
  queued: status("waiting", "Queued"),
  waiting: status("waiting", "Waiting"),
  preflight: status("active", "Preflight"),
  upgrading: status("active", "Upgrading"),
  proving: status("active", "Proving"),
  done: status("good", "Done"),
  failed: status("bad", "Failed"),
  skipped: status("skipped", "Skipped"),
  blocked: status("blocked", "Blocked"),
  cancelled: status("skipped", "Cancelled"),
};

const POOLS: Statuses<PoolState | PoolResult["outcome"]> = {
  pending: status("idle", "Pending"),
  creating: status("active", "Creating new pool"),
  draining: status("active", "Draining"),
  upgrading: status("active", "Upgrading"),
  soaking: status("waiting", "Soaking"),
  deleting: status("active", "Deleting old pool"),
  waiting: status("waiting", "Waiting"),
  undoing: status("warning", "Undoing"),
  done: status("good", "Done"),
  failed: status("bad", "Failed"),
  skipped: status("skipped", "Skipped"),
  cancelled: status("skipped", "Cancelled"),
};

const NODES: Statuses<NodeView["state"] | DrainResult["outcome"]> = {
  waiting: status("idle", "Waiting its turn"),
  draining: status("active", "Draining"),
  drained: status("good", "Drained"),
  failed: status("bad", "Drain failed"),
  upgraded: status("good", "Upgraded"),
  cancelled: status("skipped", "Cancelled"),
};

const SEVERITIES: Statuses<Finding["severity"]> = {
  blocker: status("bad", "Blocker"),
  warning: status("warning", "Warning"),
  info: status("idle", "Info"),
};

const PHASES: Statuses<PhaseView["state"]> = {
  running: status("active", "Running"),
  done: status("good", "Done"),
  failed: status("bad", "Failed"),
  "timed-out": status("bad", "Timed out"),
  "could-not": status("blocked", "Could not"),
  skipped: status("skipped", "Skipped"),
};

const TESTS: Statuses<RestoreTestView["state"]> = {
  pending: status("idle", "Pending"),
  waiting: status("waiting", "Waiting"),
  running: status("active", "Running"),
  passed: VERDICTS.passed,
  failed: VERDICTS.failed,
  "timed-out": VERDICTS["timed-out"],
  inconclusive: VERDICTS.inconclusive,
};

/** The page may be older than the API that it asks: a word that it does not know is shown as it is. */
function lookUp(statuses: Statuses<string>, key: string): Status {
  return Object.hasOwn(statuses, key) ? (statuses[key] ?? status("idle", key)) : status("idle", key);
}

/** A run's status: its verdict once there is one. */
export function runStatus(run: Pick<RunView, "status" | "verdict">): Status {
  return run.verdict === null ? lookUp(RUNS, run.status) : lookUp(VERDICTS, run.verdict);
}

/** The status of a run as it goes: that it waits for people is more than that it is running. */
export function liveRunStatus(run: Pick<RunView, "status" | "verdict" | "gates">, isPaused: boolean): Status {
  if (run.verdict !== null) return runStatus(run);
  const [gate] = run.gates;
  if (gate) return gateStatus(gate.kind);
  return isPaused ? status("waiting", "Paused") : runStatus(run);
}

/** A ring's status. */
export const ringStatus = (state: string): Status => lookUp(RINGS, state);
/** What a question to people is about. */
export const gateStatus = (kind: string): Status => lookUp(GATES, kind);
/** A cluster's status, of its state or its outcome. */
export const clusterStatus = (state: string): Status => lookUp(CLUSTERS, state);
/** A pool's status, of its state or its outcome. */
export const poolStatus = (state: string): Status => lookUp(POOLS, state);
/** A node's status, of its state or its drain's outcome. */
export const nodeStatus = (state: string): Status => lookUp(NODES, state);
/** The status of a restore test, and of one of its phases. */
export const restoreTestStatus = (state: string): Status => lookUp(TESTS, state);
export const restorePhaseStatus = (state: string): Status => lookUp(PHASES, state);
/** A finding's severity. */
export const severityStatus = (severity: string): Status => lookUp(SEVERITIES, severity);
