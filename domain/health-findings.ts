import type { Finding } from "./finding.ts";
import type { HealthProblem } from "./health.ts";
import type { ClusterSlo } from "./slo.ts";

/** What to do about each kind of problem. */
const REMEDIES: Readonly<Record<HealthProblem["code"], string>> = {
  NodeNotReady: "kubectl describe node names the condition; replace the node if it does not recover.",
  WorkloadNotReady: "kubectl describe its pods; what the upgrade had changed is brought back where that is possible.",
  FluxNotReady: "flux get all tells more; flux reconcile tries it again once its cause is mended.",
  FluxSuspended: "flux resume it once the reason is gone.",
  FluxUnknown: "Give the app's identity the right to list Flux objects in the cluster.",
  SloBroken: "Look at what the query measures, and retry, skip or cancel when you know.",
  SloUnknown: "Ask the query yourself; mend the endpoint or the app's right to read it, or add `or vector(0)`.",
  HealthUnknown: "Mend what keeps Drydock from looking into the cluster.",
};

/** Problems that a pool's upgrade brought, as findings: each stops it. */
export function regressionFindings(problems: readonly HealthProblem[]): Finding[] {
  return problems.map((problem) => findingOf(problem, "blocker", problem.message));
}

/** Problems of which somebody should know. */
export function toldFindings(problems: readonly HealthProblem[]): Finding[] {
  return problems.map((problem) => findingOf(problem, "warning", problem.message));
}

/**
 * What is told of the measures as they were before a cluster was touched: a level that was broken already is a warning and not
 * blamed on the upgrade; one that cannot be told blocks it where the ring wants to know.
 */
export function baselineFindings(before: readonly HealthProblem[], slo: ClusterSlo | undefined): Finding[] {
  return before.flatMap((problem): Finding[] => {
    if (problem.code === "SloUnknown") {
      return [findingOf(problem, slo?.cannotTell === "halt" ? "blocker" : "warning", problem.message)];
    }
    if (problem.code === "FluxSuspended") return [findingOf(problem, "info", problem.message)];
    if (problem.code !== "SloBroken") return [];
    const message = `${problem.message}; it was so before the upgrade, which is not blamed for it`;
    return [{ ...findingOf(problem, "warning", message), code: "SloBrokenBefore" }];
  });
}

/** What is told of problems and does not stand among findings yet: looks repeat themselves. */
export function newlyTold(findings: readonly Finding[], told: readonly HealthProblem[]): Finding[] {
  const known = new Set(findings.map(({ code, subject }) => `${code} ${subject}`));
  return toldFindings(told).filter(({ code, subject }) => !known.has(`${code} ${subject}`));
}

function findingOf(problem: HealthProblem, severity: Finding["severity"], message: string): Finding {
  const { cluster, code, subject } = problem;
  return {
    code,
    severity,
    subject: `${cluster}/${subject}`,
    message,
    evidence: [],
    remedy: REMEDIES[code],
    cluster,
  };
}
