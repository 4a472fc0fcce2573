import type { Finding } from "../finding.ts";
import type { DrainPolicy } from "../fleet-config.ts";
import type { DrainResult } from "../report.ts";
import { type RemedyRecord, remedyText } from "./remedy-record.ts";

/** What is told of a drain or a roll beside how it ended. */
export interface Told {
  readonly cluster: string;
  /** The node or the pool. */
  readonly subject: string;
  readonly remedies?: readonly RemedyRecord[] | undefined;
  readonly stalls?: ReadonlyArray<{ readonly since: string; readonly evidence: readonly string[] }> | undefined;
  readonly skipped?: readonly string[] | undefined;
}

/** Findings of standstills, of remedies, and of pods that the policy left where they were. */
export function toldFindings({ cluster, subject, remedies = [], stalls = [], skipped = [] }: Told): Finding[] {
  const of = (finding: Omit<Finding, "subject" | "cluster">): Finding => ({ ...finding, subject, cluster });
  return [
    ...stalls.map(({ since, evidence }) =>
      of({
        code: "NoProgress",
        severity: "warning",
        message: `${subject} made no progress for some time from ${since}`,
        evidence: [...evidence],
        remedy: "Clear what holds the pods; remedies in fleet.yaml (upgrade.drain.remedies) can do it next time.",
      }),
    ),
    ...remedies.map((remedy) =>
      of({
        code: "RemedyTried",
        severity: "info",
        message: `for ${subject}: ${remedyText(remedy)}`,
        evidence: [remedy.reason, `at ${remedy.at}`, ...remedy.pods.map((pod) => `pod ${pod}`)],
        remedy: "Nothing has to be done; what was scaled up is scaled back when the drains are over.",
      }),
    ),
    ...(skipped.length === 0
      ? []
      : [
          of({
            code: "PodsSkipped",
            severity: "info",
            message: `${skipped.length} pods of ${subject} were left where they were, as fleet.yaml wants it`,
            evidence: skipped.map((pod) => `pod ${pod}`),
            remedy: "Nothing has to be done; upgrade.drain.workloads says which pods are skipped.",
          }),
        ]),
  ];
}

const CONSEQUENCES: Readonly<Record<DrainPolicy["onFailure"], string>> = {
  undo: "",
  keepAside: "; it stays cordoned in the old pool",
  continue: "; it stays in the old pool and takes pods again",
};

/** Says that a node did not drain, and what becomes of it. */
export function undrained(cluster: string, result: DrainResult, policy: DrainPolicy): Finding {
  const { node, podsLeft, podsTotal, blockers } = result;
  const limit = `at most ${policy.timeoutMinutes} minutes`;
  return {
    code: "DrainFailed",
    severity: "blocker",
    subject: node,
    message: `node ${node} did not drain: ${podsLeft} of ${podsTotal} pods are left (${limit})${CONSEQUENCES[policy.onFailure]}`,
    evidence: blockers.map(({ pod, code, message, since }) => `${pod}: ${code}: ${message}, since ${since}`),
    remedy:
      policy.onFailure === "keepAside"
        ? `Clear what holds the pods and run again, or give the node back: kubectl uncordon ${node}.`
        : "Clear what holds the pods, or give the drain more time in fleet.yaml (upgrade.drain.timeoutMinutes).",
    cluster,
  };
}
