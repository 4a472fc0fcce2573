import type { Finding } from "../domain/finding.ts";
import type { PlannedTest } from "../domain/restore/planned-test.ts";
import type { Gate, Signal } from "../domain/run-control.ts";
import { nowIso, nowMs, type Step } from "./durable.ts";
import { askPeople } from "./gates.ts";
import { DONE, type PhaseEnd, type TestWork } from "./restore-work.ts";

const HOUR_MS = 3_600_000;

/** Keeps the restored copy for people to look into, until somebody has seen enough or the time is over. */
export function* look(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { context, input } = work;
  const gate: Gate = {
    id: `look-${input.cluster}`,
    kind: "look",
    ring: null,
    question: `The restored copy of ${input.cluster} can be looked into. Is it as it should be?`,
    evidence: evidenceOf(work, planned),
    options: ["approve", "decline"],
    openedAt: nowIso(context),
    expiresAt: new Date(nowMs(context) + input.keepHours * HOUR_MS).toISOString(),
    unanswered: "the scratch cluster goes",
  };
  const answer = yield* askPeople(context, input.runId, gate);
  if (answer === "cancelled") return { outcome: "could-not", reason: "the run was cancelled", findings: [] };
  if (answer === "expired") return DONE;
  work.findings.push(answered(input.cluster, gate, answer));
  return DONE;
}

function evidenceOf({ input, phases }: TestWork, { names, point }: PlannedTest): string[] {
  return [
    `scratch cluster: ${names.clusterId}`,
    `az aks get-credentials --resource-group ${names.group} --name ${names.cluster} --subscription ${input.scratch.subscriptionId}`,
    ...(point ? [`recovery point ${point.id} of ${point.takenAt}`] : []),
    ...phases.flatMap(({ findings }) =>
      findings.flatMap(({ severity, code, message }) =>
        severity === "info" ? [] : [`${severity} ${code}: ${message}`],
      ),
    ),
  ];
}

/** Who says that the copy is not as it should be has seen what no probe sees. */
function answered(cluster: string, gate: Gate, { kind, by, reason, at }: Signal): Finding {
  const isBad = kind === "decline";
  return {
    ...{
      code: isBad ? "CopyDeclined" : "CopyApproved",
      severity: isBad ? "blocker" : "info",
      subject: cluster,
      cluster,
    },
    message: `${by} looked into the restored copy and ${isBad ? "declined" : "approved"} it: ${reason}`,
    evidence: [gate.question, `at ${at}`],
    remedy: isBad ? "See what the backup lacks, and let a probe look for it." : "Nothing has to be done.",
  };
}
