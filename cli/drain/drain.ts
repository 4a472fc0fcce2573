import { removePod, setUnschedulable } from "../../adapters/kubernetes/drain/drain-api.ts";
import type { NodeOutcome } from "../../adapters/kubernetes/drain/drain-event.ts";
import { type RunningDrain, startDrain } from "../../adapters/kubernetes/drain/drain-nodes.ts";
import type { KubernetesTransport } from "../../adapters/kubernetes/drain/transport.ts";
import { type PodFacts, podKey } from "../../domain/drain/facts.ts";
import { filterPod } from "../../domain/drain/kubectl-filters.ts";
import type { PodJudge } from "../../domain/drain/pod-verdict.ts";
import { EXIT_FAILED } from "../failure.ts";
import { type CheckedNode, checkNodes, type NodeCheck } from "./check-nodes.ts";
import { consentOf } from "./consent.ts";
import type { DrainFlags } from "./drain-flags.ts";
import type { Reporter } from "./notice.ts";
import { createReporter } from "./reporters.ts";
import { type DrainEnvironment, withApiServer } from "./with-api-server.ts";

/** Exit code of a command that SIGINT ended, as shells count. */
const EXIT_INTERRUPTED = 130;

/**
 * `drydock drain NODE...`: names everything that speaks against the drain before anything is touched, cordons the nodes, and
 * drains them. Answers the exit code: 0 when every node is drained, 1 otherwise, 130 when it was interrupted.
 */
export function drain(names: readonly string[], flags: DrainFlags, place: DrainEnvironment): Promise<number> {
  return withApiServer(names, flags, place, (transport) => drainWith(transport, names, flags, place));
}

async function drainWith(
  transport: KubernetesTransport,
  names: readonly string[],
  flags: DrainFlags,
  place: DrainEnvironment,
): Promise<number> {
  const { selector, podSelector } = flags;
  const check = await checkNodes(transport, { names, selector, podSelector, consent: consentOf(flags) });
  let running: RunningDrain | undefined;
  const reporter = createReporter(flags, place, place.environment, {
    progress: () => running?.progress() ?? [],
    nowMs: () => Date.now(),
  });
  try {
    if (check.nodes.length === 0) reporter.tell({ kind: "warning", message: `no node has the labels ${selector}` });
    if (check.budgetsUnknown !== undefined && check.nodes.length > 0) {
      reporter.tell({ kind: "warning", message: `${check.budgetsUnknown}; the API server still guards them` });
    }
    const job: DrainJob = { transport, check, flags, reporter, judge: judgeOf(check, flags) };
    for (const { node, errors } of check.nodes) {
      if (errors.length > 0) reporter.tell({ kind: "objected", node: node.name, errors });
    }
    const free = check.nodes.filter(({ errors }) => errors.length === 0);
    await cordonAll(job, free);
    for (const { warnings } of free) {
      if (warnings.length > 0) reporter.tell({ kind: "warning", message: warnings.join("; ") });
    }
    if (flags.dryRun !== "none") return await rehearse(job, free);
    const interrupt = new AbortController();
    place.onInterrupt(() => interrupt.abort());
    running = startJob(job, free, interrupt.signal);
    return await finish(job, free, await running.outcomes);
  } finally {
    reporter.end();
  }
}

interface DrainJob {
  readonly transport: KubernetesTransport;
  readonly check: NodeCheck;
  readonly flags: DrainFlags;
  readonly reporter: Reporter;
  readonly judge: PodJudge;
}

function judgeOf({ missingDaemonSets }: NodeCheck, flags: DrainFlags): PodJudge {
  const consent = consentOf(flags);
  return (pod) => filterPod(pod, { consent, nowMs: Date.now(), missingDaemonSets }).verdict;
}

function startJob(
  { transport, check, flags, reporter, judge }: DrainJob,
  free: readonly CheckedNode[],
  signal: AbortSignal,
) {
  return startDrain({
    transport,
    nodes: free.map(({ node, pods }) => ({ name: node.name, pods })),
    parallel: flags.parallel,
    timeoutMs: flags.timeout === 0 ? null : flags.timeout,
    judge,
    removal: removalOf(flags),
    ...(flags.podSelector ? { podSelector: flags.podSelector } : {}),
    ...(check.budgets ? { budgets: check.budgets } : {}),
    givesUpOnBudgets: false,
    signal,
    onEvent: (event) => reporter.tell(event),
  });
}

function removalOf(flags: DrainFlags) {
  return {
    graceSeconds: flags.gracePeriod < 0 ? null : flags.gracePeriod,
    usesDelete: flags.disableEviction,
    dryRun: flags.dryRun === "server",
  };
}

async function cordonAll({ transport, flags, reporter }: DrainJob, nodes: readonly CheckedNode[]): Promise<void> {
  await Promise.all(
    nodes.map(async ({ node }) => {
      if (!node.unschedulable && flags.dryRun !== "client") {
        await setUnschedulable(transport, node.name, true, flags.dryRun === "server");
      }
    }),
  );
  for (const { node } of nodes) reporter.tell({ kind: "cordoned", node: node.name, was: node.unschedulable });
}

/** Says what would go; with the server's strategy, the API server is asked once for each pod and changes nothing. */
async function rehearse(
  { transport, check, flags, reporter, judge }: DrainJob,
  free: readonly CheckedNode[],
): Promise<number> {
  let isRefused = check.nodes.length > free.length;
  for (const { node, pods } of free) {
    const going = [...pods.objects.values()].filter((pod) => judge(pod).kind === "evict");
    const left: string[] = [];
    for (const pod of going) {
      reporter.tell({ kind: "rehearsed", node: node.name, pod: podKey(pod) });
      const refusal = flags.dryRun === "server" ? await refusalOf(transport, pod, flags) : undefined;
      if (refusal === undefined) continue;
      left.push(podKey(pod));
      reporter.tell({ kind: "refused", node: node.name, pod: podKey(pod), message: refusal });
    }
    isRefused ||= left.length > 0;
    const result = left.length === 0 ? "drained" : "hopeless";
    const outcome: NodeOutcome = { node: node.name, result, evicted: 0, total: going.length, left, blockers: [] };
    reporter.tell({ kind: "ended", node: node.name, outcome });
  }
  return isRefused ? EXIT_FAILED : 0;
}

async function refusalOf(
  transport: KubernetesTransport,
  pod: PodFacts,
  flags: DrainFlags,
): Promise<string | undefined> {
  const outcome = await removePod(transport, pod, removalOf(flags));
  return outcome.kind === "evicted" || outcome.kind === "gone" ? undefined : outcome.message;
}

async function finish(job: DrainJob, free: readonly CheckedNode[], outcomes: readonly NodeOutcome[]): Promise<number> {
  const { check, reporter, flags, transport } = job;
  const refused = check.nodes
    .filter(({ errors }) => errors.length > 0)
    .map(({ node, errors }) => ({ node: node.name, errors }));
  const begun = new Set(outcomes.map(({ node }) => node));
  const untouched = free.map(({ node }) => node.name).filter((name) => !begun.has(name));
  const drained = new Set(outcomes.filter(({ result }) => result === "drained").map(({ node }) => node));
  const cordoned = new Set(free.map(({ node }) => node.name));
  if (flags.uncordonOnFailure) {
    // Whoever cordoned a node before us meant it.
    for (const { node } of free.filter((one) => !drained.has(one.node.name) && !one.node.unschedulable)) {
      await setUnschedulable(transport, node.name, false);
      cordoned.delete(node.name);
      reporter.tell({ kind: "uncordoned", node: node.name });
    }
  }
  const isInterrupted = untouched.length > 0 || outcomes.some(({ result }) => result === "interrupted");
  const isDone = refused.length === 0 && drained.size === free.length;
  const exitCode = isInterrupted ? EXIT_INTERRUPTED : isDone ? 0 : EXIT_FAILED;
  reporter.tell({ kind: "result", result: { exitCode, nodes: outcomes, refused, untouched, cordoned: [...cordoned] } });
  return exitCode;
}
