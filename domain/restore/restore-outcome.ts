import type { Finding } from "../finding.ts";
import type { BackupOperation, RestoreProblem } from "./backup-provider.ts";
import { pendingFindings } from "./compare-contents.ts";
import type { ContentsSeen, StepEnd } from "./long-step.ts";
import type { PhaseResult } from "./restore-verdict.ts";

type PhaseEnd = Pick<PhaseResult, "outcome" | "reason" | "findings">;

/** Problems that a finding names; all of them stand in the report. */
const NAMED_PROBLEMS = 20;
/** What a service calls what is missing around a backup, and not in it ("Troubleshoot AKS backup and restore"). */
const AROUND = /Permission|Authorization|RoleAssignment|TrustedAccess|Extension|ClusterNotFound|Forbidden/i;

/** How a validation ended, by what its refusal is about. */
export function validationEnd(cluster: string, end: StepEnd<"validation">): PhaseEnd {
  if (end.outcome === "succeeded") return { outcome: "done", reason: "", findings: [] };
  if (end.outcome === "cancelled") return { outcome: "could-not", reason: end.reason, findings: [] };
  const problems = end.state?.seen.progress.problems ?? [];
  const isAround = end.failure?.class !== "terminal" || problems.some(({ code }) => AROUND.test(code));
  const outcome = end.outcome === "timed-out" ? "timed-out" : isAround ? "could-not" : "failed";
  const reason = end.outcome === "timed-out" ? "the validation of the restore did not end in its time" : end.reason;
  const finding = refusal(cluster, "RestoreRefused", reason, problems);
  return { outcome, reason, findings: [finding] };
}

/** How a restore ended. One that was done in part goes on to be looked at, and has failed. */
export function restoreEnd(cluster: string, end: StepEnd<"restore">): PhaseEnd {
  const problems = end.state?.seen.progress.problems ?? [];
  if (end.outcome === "cancelled") return { outcome: "could-not", reason: end.reason, findings: [] };
  if (end.outcome === "timed-out") {
    const reason = "the restore did not end in its time";
    return { outcome: "timed-out", reason, findings: [refusal(cluster, "RestoreTimedOut", reason, problems)] };
  }
  if (end.outcome === "failed") {
    const couldNotAsk = end.state === null || !end.state.done;
    const finding = refusal(cluster, couldNotAsk ? "RestoreUnknown" : "RestoreFailed", end.reason, problems);
    return { outcome: couldNotAsk ? "could-not" : "failed", reason: end.reason, findings: [finding] };
  }
  if (end.state?.seen.status !== "partial") return { outcome: "done", reason: "", findings: [] };
  const message = `${problems.length} objects of ${cluster} were not restored, or not as they were`;
  return { outcome: "done", reason: "", findings: [refusal(cluster, "RestoreIncomplete", message, problems)] };
}

/** How the look at restored contents ended. What does not come up in its time is a fault of the backup. */
export function verificationEnd(cluster: string, end: StepEnd<"verification">, readyMinutes: number): PhaseEnd {
  const seen: ContentsSeen | undefined = end.state?.seen;
  if (end.outcome === "cancelled" || !seen) {
    return {
      outcome: "could-not",
      reason: end.reason,
      findings: end.outcome === "cancelled" ? [] : [unseen(cluster, end)],
    };
  }
  const pending = end.outcome === "succeeded" ? [] : pendingFindings(cluster, seen.pending);
  const late = pending.map((finding) => ({ ...finding, evidence: [`after ${readyMinutes} min`] }));
  const findings = [...seen.findings, ...late];
  if (end.outcome === "failed") return { outcome: "could-not", reason: end.reason, findings: [unseen(cluster, end)] };
  if (seen.isKnown || findings.length > 0) return { outcome: "done", reason: "", findings };
  const message = `what the recovery point of ${cluster} should hold cannot be known: whether all of it came back cannot be told`;
  const remedy = "Let Drydock read the cluster; until then the test shows that what came back comes up, and no more.";
  const unknown = { code: "ExpectedContentsUnknown", severity: "blocker" as const, subject: cluster, cluster };
  return { outcome: "could-not", reason: message, findings: [{ ...unknown, message, evidence: [], remedy }] };
}

function unseen(cluster: string, { reason, failure }: Pick<StepEnd, "reason" | "failure">): Finding {
  const message = `what was restored of ${cluster} could not be looked at: ${reason}`;
  const remedy = "Mend the cause and run the test again: it says nothing of the backup.";
  const code = failure?.code ?? "OperationTimedOut";
  return { code, severity: "blocker", subject: cluster, message, evidence: [], remedy, cluster };
}

function refusal(cluster: string, code: string, message: string, problems: readonly RestoreProblem[]): Finding {
  const named = problems.slice(0, NAMED_PROBLEMS).map(({ object, code: word, message: text }) => {
    return [object, word, text].filter((part) => part !== "").join(": ");
  });
  const rest = problems.length - named.length;
  const remedies = [...new Set(problems.flatMap(({ remedy }) => (remedy === "" ? [] : [remedy])))];
  return {
    ...{ code, severity: "blocker", subject: cluster, message, cluster },
    evidence: rest > 0 ? [...named, `and ${rest} more`] : named,
    remedy: remedies[0] ?? "See the job of the service, and what the backup instance is configured to hold.",
  };
}

/** What a service could not restore, as far as it says so. */
export function problemsOf(operation: BackupOperation | undefined): RestoreProblem[] {
  return [...(operation?.progress.problems ?? [])];
}
