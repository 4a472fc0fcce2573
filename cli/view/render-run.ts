import { answerCommands, signalCommand } from "../../domain/answer-command.ts";
import type { RestoreTestView } from "../../domain/api/restore-view.ts";
import { type RunView, ringsOf, testsOf } from "../../domain/api/run-view.ts";
import type { ClusterView, NodeView, PoolView, RingView } from "../../domain/api/upgrade-view.ts";
import { attemptText } from "../../domain/change-text.ts";
import { durationText } from "../../domain/duration-text.ts";
import { type Gate, pauseOf } from "../../domain/run-control.ts";
import { controlPlaneChange, imageText, inBrackets, utc, versionText, waitsFor } from "./changes.ts";
import { fitWidth, printable, wrapWidth } from "./fit-width.ts";
import { paint, type Tone } from "./paint.ts";

/** How a run is drawn. */
export interface RenderOptions {
  readonly width: number;
  /** Most lines that the frame may have; what matters least is left out first. */
  readonly height: number;
  /** Virtual time, in milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Real time since the command began. */
  readonly realElapsedMs: number;
  readonly isColoured: boolean;
}

interface Line {
  readonly depth: number;
  readonly text: string;
  readonly tone: Tone;
  /** Lines that are under way are kept longest. */
  readonly isUnderWay: boolean;
}

const ACTIVE = [
  "running",
  "soaking",
  "waiting",
  "preflight",
  "upgrading",
  "proving",
  "creating",
  "draining",
  "deleting",
  "undoing",
];
const SYMBOLS: Readonly<Record<Tone, string>> = {
  active: ">",
  waiting: "~",
  done: "+",
  failed: "x",
  faint: ".",
  plain: " ",
  strong: " ",
};

/** A run as a frame of text: rings, clusters, pools, nodes, and what each drain waits for. Fits width and height. */
export function renderRun(run: RunView, options: RenderOptions): string[] {
  const lines = [
    ...header(run, options),
    ...talkLines(run, options),
    ...ringsOf(run).flatMap((ring) => ringLines(ring, options.nowMs)),
    ...testsOf(run).flatMap((test) => testLines(test, options.nowMs)),
  ];
  return fitHeight(lines, options.height).map(({ depth, text, tone }) =>
    paint(fitWidth(`${"  ".repeat(depth)}${printable(text)}`, options.width), tone, options.isColoured),
  );
}

function header(run: RunView, { nowMs, realElapsedMs }: RenderOptions): Line[] {
  const virtualMs = (run.endedAt === null ? nowMs : Date.parse(run.endedAt)) - Date.parse(run.startedAt);
  const state = run.verdict ?? run.status;
  return [
    { depth: 0, text: `${run.id}  ${state}  ${run.phase}`, tone: "strong", isUnderWay: true },
    {
      depth: 0,
      text: `elapsed ${durationText(realElapsedMs)}, virtual ${durationText(virtualMs)}  started by ${run.trigger.by}: ${run.trigger.reason}`,
      tone: "faint",
      isUnderWay: true,
    },
    { depth: 0, text: "", tone: "plain", isUnderWay: false },
  ];
}

/** What the run asks of people, with the commands that answer: what nobody may miss. */
function talkLines(run: RunView, options: RenderOptions): Line[] {
  const pause = run.status === "finished" ? undefined : pauseOf(run);
  const lines = run.gates.flatMap((gate) => gateLines(run, gate, options));
  if (pause !== undefined) {
    const text = `? paused by ${pause.by}, ${utc(pause.at)}: ${pause.reason}`;
    lines.push(...wrapped(text, options.width), asked(signalCommand(run.id, "resume")));
  }
  return lines.length === 0 ? [] : [...lines, { depth: 0, text: "", tone: "plain", isUnderWay: false }];
}

function gateLines(run: RunView, gate: Gate, { nowMs, width }: RenderOptions): Line[] {
  const left = durationText(Date.parse(gate.expiresAt) - nowMs);
  return [
    ...wrapped(`? ${gate.question}`, width),
    ...answerCommands(run.id, gate, run.gates).map(asked),
    asked(`until ${utc(gate.expiresAt)}, ${left} left; then ${gate.unanswered}`),
    ...gate.evidence.map((line): Line => ({ ...asked(line), isUnderWay: false })),
  ];
}

function wrapped(text: string, width: number): Line[] {
  return wrapWidth(printable(text), width).map((line) => ({ ...asked(line), depth: 0 }));
}

function asked(text: string): Line {
  return { depth: 1, text, tone: "waiting", isUnderWay: true };
}

function ringLines(ring: RingView, nowMs: number): Line[] {
  const until = ring.waitingUntil;
  const left = until === null ? "" : ` until ${utc(until)}, ${durationText(Date.parse(until) - nowMs)} left`;
  const line = item(0, ring.name, ring.state, `${left}${inBrackets(ring.reason)}`);
  return [line, ...ring.clusters.flatMap((cluster) => clusterLines(cluster, nowMs))];
}

function clusterLines(cluster: ClusterView, nowMs: number): Line[] {
  const took =
    cluster.startedAt === null
      ? ""
      : `, ${durationText((cluster.endedAt === null ? nowMs : Date.parse(cluster.endedAt)) - Date.parse(cluster.startedAt))}`;
  const attempt = attemptText(cluster.attempt);
  const detail = `${took}${attempt === "" ? "" : `, ${attempt}`}${inBrackets(cluster.reason)}`;
  const line = item(1, cluster.name, cluster.state, detail);
  // What is over takes one line; what went wrong stays open.
  const isOpen = line.isUnderWay || line.tone === "failed";
  if (!isOpen) return [line];
  return [line, ...controlPlaneLines(cluster), ...cluster.pools.flatMap((pool) => poolLines(pool, nowMs))];
}

function controlPlaneLines({ controlPlane }: ClusterView): Line[] {
  if (controlPlane === null) return [];
  return [item(2, "control plane", controlPlane.state, `, ${controlPlaneChange(controlPlane)}`)];
}

function poolLines(pool: PoolView, nowMs: number): Line[] {
  const target = pool.replacement === null ? "" : `, to ${pool.replacement}`;
  const detail = `${target}${versionText(pool)}, ${imageText(pool)}${inBrackets(pool.reason)}`;
  const line = item(2, pool.name, pool.state, detail);
  const isOpen = line.isUnderWay || line.tone === "failed";
  return isOpen ? [line, ...pool.nodes.flatMap((node) => nodeLines(node, nowMs))] : [line];
}

function nodeLines(node: NodeView, nowMs: number): Line[] {
  if (node.state === "waiting")
    return [{ ...item(3, node.name, "pending", ""), text: `. ${node.name}  waits its turn` }];
  const isDraining = node.state === "draining" || node.state === "failed";
  const pods = isDraining && node.podsTotal > 0 ? `, ${node.podsLeft}/${node.podsTotal} pods left` : "";
  const line = item(3, node.name, node.state, pods);
  const [first] = node.waitingFor;
  if (!isDraining || first === undefined) return [line];
  const since = durationText(nowMs - Date.parse(first.since));
  const text = `~ ${waitsFor(node).slice(", ".length)}, for ${since}`;
  return [line, { depth: 4, text, tone: "waiting", isUnderWay: true }];
}

/** A test of a backup, with its phases while it goes on or when it did not pass. */
function testLines(test: RestoreTestView, nowMs: number): Line[] {
  const endMs = test.endedAt === null ? nowMs : Date.parse(test.endedAt);
  const took = test.startedAt === null ? "" : `, ${durationText(endMs - Date.parse(test.startedAt))}`;
  const line = item(0, test.cluster, test.state, `${took}${inBrackets(test.reason)}`);
  const isOpen = line.isUnderWay || line.tone === "failed";
  if (!isOpen) return [line];
  const phases = test.phases.map(({ name, state, reason }) => {
    const percent = name === "restore" && state === "running" ? (test.progress?.percent ?? null) : null;
    const detail = `${percent === null ? "" : `, ${percent}%`}${inBrackets(reason === "" ? null : reason)}`;
    return item(1, name, state, detail);
  });
  return [line, ...phases];
}

function item(depth: number, name: string, state: string, detail: string): Line {
  const tone = toneOf(state);
  const isUnderWay = tone === "active" || tone === "waiting";
  return { depth, text: `${SYMBOLS[tone]} ${name}  ${state}${detail}`, tone, isUnderWay };
}

function toneOf(state: string): Tone {
  if (["failed", "blocked", "halted", "timed-out", "inconclusive", "could-not"].includes(state)) return "failed";
  if (["done", "drained", "upgraded", "passed"].includes(state)) return "done";
  if (["waiting", "soaking", "queued", "approval"].includes(state)) return "waiting";
  return ACTIVE.includes(state) ? "active" : "faint";
}

/** Leaves out, from the end, first what is not under way, then whatever is too much. Says how many lines are missing. */
function fitHeight(lines: readonly Line[], height: number): Line[] {
  if (lines.length <= height) return [...lines];
  const room = Math.max(0, height - 1);
  const kept = [...lines];
  for (let index = kept.length - 1; index >= 0 && kept.length > room; index -= 1) {
    if (kept[index]?.isUnderWay === false) kept.splice(index, 1);
  }
  kept.splice(room);
  const missing = lines.length - kept.length;
  return [...kept, { depth: 0, text: `… ${missing} more lines`, tone: "faint", isUnderWay: true }].slice(
    0,
    Math.max(1, height),
  ) as Line[];
}
