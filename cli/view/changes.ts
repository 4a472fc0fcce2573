import { answerCommands } from "../../domain/answer-command.ts";
import type { RestoreTestView } from "../../domain/api/restore-view.ts";
import { type RunView, ringsOf, testsOf } from "../../domain/api/run-view.ts";
import type { ClusterView, NodeView, PoolView, RingView } from "../../domain/api/upgrade-view.ts";
import { attemptText, changeText } from "../../domain/change-text.ts";
import { printable } from "./fit-width.ts";

/** What differs between two looks at a run, one line a change. Without a first look: everything that has begun. */
export function changesBetween(previous: RunView | undefined, next: RunView): string[] {
  const lines: string[] = [];
  if (next.phase !== previous?.phase) lines.push(next.phase);
  lines.push(...talkChanges(previous, next));
  const before = previous && { rings: ringsOf(previous), tests: testsOf(previous) };
  for (const ring of ringsOf(next)) {
    lines.push(...ringChanges(named(before?.rings, ring.name), ring));
  }
  for (const test of testsOf(next)) {
    const known = before?.tests.find(({ cluster }) => cluster === test.cluster);
    lines.push(...testChanges(known, test));
  }
  const known = new Set(previous?.findings.map((finding) => JSON.stringify(finding)));
  for (const finding of next.findings) {
    if (known.has(JSON.stringify(finding))) continue;
    lines.push(`${finding.severity} ${finding.code} ${finding.subject}: ${finding.message}`);
  }
  return lines.map(printable);
}

/** What people told the run since, and what it asks of them now, with the commands that answer. */
function talkChanges(previous: RunView | undefined, next: RunView): string[] {
  const told = new Set(previous?.signals.map(({ id }) => id));
  const asked = new Set(previous?.gates.map(({ id }) => id));
  return [
    ...next.signals
      .filter(({ id }) => !told.has(id))
      .map(({ by, kind, gate, reason }) => `${by}: ${kind}${gate === null ? "" : ` for ${gate}`}: ${reason}`),
    ...next.gates
      .filter(({ id }) => !asked.has(id))
      .flatMap((gate) => [
        `${gate.question} Until ${utc(gate.expiresAt)}, then ${gate.unanswered}.`,
        ...gate.evidence.map((line) => `  ${line}`),
        ...answerCommands(next.id, gate, next.gates).map((command) => `  ${command}`),
      ]),
  ];
}

/** An instant to the minute. */
export function utc(instant: string): string {
  return `${instant.slice(0, 16).replace("T", " ")} UTC`;
}

function ringChanges(previous: RingView | undefined, next: RingView): string[] {
  const lines: string[] = [];
  const said = ringState(next);
  if (said !== ringState(previous ?? { state: "pending", waitingUntil: null, reason: null })) {
    lines.push(`${next.name} ${said}`);
  }
  for (const cluster of next.clusters) {
    lines.push(...clusterChanges(next.name, named(previous?.clusters, cluster.name), cluster));
  }
  return lines;
}

function ringState({ state, waitingUntil, reason }: Pick<RingView, "state" | "waitingUntil" | "reason">): string {
  const until = waitingUntil === null ? "" : ` until ${utc(waitingUntil)}`;
  return `${state}${until}${reason === null ? "" : ` (${reason})`}`;
}

function clusterChanges(ring: string, previous: ClusterView | undefined, next: ClusterView): string[] {
  const path = `${ring}/${next.name}`;
  const lines: string[] = [];
  if (next.attempt !== (previous?.attempt ?? next.attempt) && next.attempt > 1) {
    lines.push(`${path} ${attemptText(next.attempt)}`);
  }
  if (next.state !== (previous?.state ?? "pending") || next.reason !== (previous?.reason ?? null)) {
    lines.push(`${path} ${next.state}${inBrackets(next.reason)}`);
  }
  const { controlPlane } = next;
  if (controlPlane !== null && controlPlane.state !== (previous?.controlPlane?.state ?? "pending")) {
    lines.push(`${path} control plane ${controlPlane.state}, ${controlPlaneChange(controlPlane)}`);
  }
  for (const pool of next.pools) {
    lines.push(...poolChanges(`${path}/${pool.name}`, named(previous?.pools, pool.name), pool));
  }
  return lines;
}

function poolChanges(path: string, previous: PoolView | undefined, next: PoolView): string[] {
  const lines: string[] = [];
  if (next.state !== (previous?.state ?? "pending") || next.reason !== (previous?.reason ?? null)) {
    lines.push(`${path} ${poolState(next)}${inBrackets(next.reason)}`);
  }
  for (const node of next.nodes) {
    const before = named(previous?.nodes, node.name);
    const isNews = before === undefined ? node.state !== "waiting" : essence(node) !== essence(before);
    if (isNews) lines.push(`${path} ${node.name} ${nodeState(node)}`);
  }
  return lines;
}

/** What is new of a test: how it stands, and its phases. */
function testChanges(previous: RestoreTestView | undefined, next: RestoreTestView): string[] {
  const lines: string[] = [];
  if (next.state !== (previous?.state ?? "pending") || next.reason !== (previous?.reason ?? null)) {
    lines.push(`${next.cluster} ${next.state}${inBrackets(next.reason)}`);
  }
  for (const phase of next.phases) {
    const known = previous?.phases.find(({ name }) => name === phase.name);
    if (known?.state === phase.state && known.reason === phase.reason) continue;
    lines.push(`${next.cluster} ${phase.name} ${phase.state}${inBrackets(phase.reason === "" ? null : phase.reason)}`);
  }
  return lines;
}

/** From which version of Kubernetes to which a control plane goes. */
export function controlPlaneChange({ from, to }: NonNullable<ClusterView["controlPlane"]>): string {
  return `Kubernetes ${changeText(from, to)}`;
}

/** The node image of a pool that is done, or from which to which it goes. */
export function imageText({ state, fromImage, toImage }: PoolView): string {
  return state === "done" ? toImage : changeText(fromImage, toImage);
}

function poolState(pool: PoolView): string {
  if (pool.state === "creating" && pool.replacement !== null) return `creating ${pool.replacement} (${pool.toImage})`;
  if (pool.state !== "upgrading" && pool.state !== "done") return pool.state;
  return `${pool.state} (${changeText(pool.fromImage, pool.toImage)}${versionText(pool)})`;
}

/** The change of a pool's version of Kubernetes, after a comma; nothing when that stays. */
export function versionText({ fromVersion, toVersion }: PoolView): string {
  return fromVersion === toVersion ? "" : `, Kubernetes ${changeText(fromVersion, toVersion)}`;
}

/** A reason as it follows a state; nothing without one. */
export function inBrackets(reason: string | null): string {
  return reason === null ? "" : ` (${reason})`;
}

function nodeState(node: NodeView): string {
  if (node.state !== "draining" && node.state !== "failed") return node.state;
  return `${node.state}${podsLeft(node)}${waitsFor(node)}`;
}

/** What makes a look at a node news. Messages count seconds down; that is none. */
function essence({ state, podsLeft, waitingFor: [first] }: NodeView): string {
  return [state, podsLeft, first?.pod, first?.code].join(" ");
}

/** How far a drain is; nothing before its pods have been counted. */
function podsLeft(node: NodeView): string {
  return node.podsTotal === 0 ? "" : ` ${node.podsLeft}/${node.podsTotal} left`;
}

/** What a drain waits for: the first pod in full, and how many more there are. */
export function waitsFor({ waitingFor }: Pick<NodeView, "waitingFor">): string {
  const [first, ...more] = waitingFor;
  if (first === undefined) return "";
  return `, waiting for ${first.pod}: ${first.message}${more.length === 0 ? "" : ` (and ${more.length} more)`}`;
}

function named<T extends { readonly name: string }>(items: readonly T[] | undefined, name: string): T | undefined {
  return items?.find((item) => item.name === name);
}
