import type { NodeOutcome, StandingBlocker } from "../../adapters/kubernetes/drain/drain-event.ts";
import type { DrainFlags } from "./drain-flags.ts";
import { type DrainResultNotice, dryRunMark, type Notice } from "./notice.ts";

/** A line, and whether it is about something that goes wrong. */
export interface TextLine {
  readonly text: string;
  readonly isTrouble: boolean;
}

/** What a notice says, in kubectl's words wherever it has some. */
export function linesOf(notice: Notice, flags: Pick<DrainFlags, "dryRun" | "timeout" | "disableEviction">): TextLine[] {
  const mark = dryRunMark(flags.dryRun);
  const verb = flags.disableEviction ? { going: "deleting", gone: "deleted" } : { going: "evicting", gone: "evicted" };
  switch (notice.kind) {
    case "warning":
      return [trouble(`Warning: ${notice.message}`)];
    case "trouble":
      return [trouble(`Warning: ${notice.message}; trying again`)];
    case "cordoned":
      return [plain(`node/${notice.node} ${notice.was ? "already cordoned" : "cordoned"}${mark}`)];
    case "uncordoned":
      return [plain(`node/${notice.node} uncordoned${mark}`)];
    case "evicting":
    case "rehearsed":
      return [plain(`${verb.going} pod ${notice.pod}${mark}`)];
    case "gone":
      return [plain(`pod/${notice.pod.split("/")[1]} ${verb.gone}`)];
    case "refused":
      return [trouble(`error when ${verb.going} pod ${notice.pod} (will retry): ${notice.message}`)];
    case "blocked":
      return notice.blocker.code === "Terminating" ? [] : [trouble(`waiting for ${blockerText(notice.blocker)}`)];
    case "freed":
      return [];
    case "objected":
      return [trouble(unable(notice.node, notice.errors))];
    case "ended":
      return endLines(notice.outcome, flags.timeout, mark);
    case "result":
      return resultLines(notice.result);
  }
}

/** A blocker in one line: pod, reason, owner and since when. */
export function blockerText({ pod, node, message, owner, since }: StandingBlocker): string {
  return `pod ${pod} on node ${node}: ${message}${owner === null ? "" : `; owner ${owner}`}; since ${since.slice(0, 19)}Z`;
}

function endLines(outcome: NodeOutcome, timeoutMs: number, mark: string): TextLine[] {
  const { node, result, left, blockers } = outcome;
  if (result === "drained") return [plain(`node/${node} drained${mark}`)];
  const why = {
    timeout: `global timeout reached: ${timeoutMs / 1_000}s`,
    hopeless: "what is left will not go, however long one waits",
    interrupted: "interrupted",
    unreadable: "its pods could not be listed",
  }[result];
  return [
    ...(result === "interrupted" ? [] : [trouble(unable(node, [why]))]),
    ...(left.length > 0 ? [trouble(`There are pending pods in node "${node}" when an error occurred: ${why}`)] : []),
    ...left.map((pod) => {
      const blocker = blockers.find((candidate) => candidate.pod === pod);
      return trouble(blocker ? `  ${blockerText(blocker)}` : `  pod ${pod} on node ${node}: evicted, stopping`);
    }),
  ];
}

function resultLines({ nodes, refused, untouched, cordoned }: DrainResultNotice): TextLine[] {
  const undrained = nodes.filter(({ result }) => result !== "drained");
  const pending = [...refused.map(({ node }) => node), ...undrained.map(({ node }) => node), ...untouched];
  if (pending.length === 0) return [];
  const left = undrained.reduce((sum, outcome) => sum + outcome.left.length, 0);
  const evicted = nodes.reduce((sum, outcome) => sum + outcome.evicted, 0);
  return [
    trouble("There are pending nodes to be drained:"),
    ...pending.map((node) => trouble(` ${node}`)),
    trouble(
      `${nodes.length - undrained.length} nodes drained, ${pending.length} not; ${evicted} pods evicted, ${left} left; ${
        cordoned.length === 0 ? "no node stays cordoned" : `cordoned: ${cordoned.join(", ")}`
      }`,
    ),
  ];
}

function unable(node: string, errors: readonly string[]): string {
  const said = errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`;
  return `error: unable to drain node "${node}" due to error: ${said}, continuing command...`;
}

function plain(text: string): TextLine {
  return { text, isTrouble: false };
}

function trouble(text: string): TextLine {
  return { text, isTrouble: true };
}
