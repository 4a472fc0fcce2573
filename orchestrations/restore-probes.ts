import { judgeProbe, probeFindings } from "../domain/restore/judge-probe.ts";
import type { AskedProbe, StepEnd } from "../domain/restore/long-step.ts";
import type { PlannedTest } from "../domain/restore/planned-test.ts";
import type { Probe } from "../domain/restore/probe.ts";
import { type Step, tryPerform } from "./durable.ts";
import { DONE, type PhaseEnd, type TestWork, testStep } from "./restore-work.ts";

/** How much longer than its own limit a probe is followed: its time is ended where it is looked at. */
const GRACE_MINUTES = 15;

/** Asks the restored data what the plan wants to know, one probe after the other; those that fail keep no other from being asked. */
export function* probe(work: TestWork, planned: PlannedTest): Step<PhaseEnd> {
  const { test, cluster } = work.input;
  const findings: PhaseEnd["findings"] = [];
  for (const [index, one] of test.probes.entries()) {
    const end = yield* ask(work, askedOf(work, planned, one), index);
    if (end.outcome === "cancelled") return { outcome: "could-not", reason: end.reason, findings };
    const { result, evidence } = end.state?.seen ?? { result: null, evidence: null };
    const judged = result ?? judgeProbe(one, unanswered(end), null);
    work.probes.push(judged);
    if (evidence) work.evidence.push(evidence);
    findings.push(...probeFindings(cluster, one, judged));
  }
  return { ...DONE, findings };
}

function* ask(work: TestWork, asked: AskedProbe, index: number): Step<StepEnd<"probe">> {
  const within = { part: `probe-${index}`, minutes: asked.probe.timeoutMinutes + GRACE_MINUTES };
  const end = yield* testStep(work, within, { kind: "probe", asked });
  // What is not taken away now goes with the scratch cluster.
  yield* tryPerform(work.context, "removeProbe", asked);
  return end;
}

function askedOf({ input, folder }: TestWork, { names }: PlannedTest, one: Probe): AskedProbe {
  const namespace = input.test.namespaceMappings[one.namespace] ?? one.namespace;
  const { runId, cluster } = input;
  return { runId, cluster, targetId: names.clusterId, probe: one, namespace, folder };
}

function unanswered({ outcome, reason }: StepEnd): { readonly kind: "timed-out" | "unknown"; readonly why: string } {
  return { kind: outcome === "timed-out" ? "timed-out" : "unknown", why: reason };
}
