import { judgeProbe } from "../domain/restore/judge-probe.ts";
import type { AskedProbe, ProbeSeen, StepState } from "../domain/restore/long-step.ts";
import type { ActivityPorts } from "./ports.ts";

/** How long between two looks at a probe. */
const LOOK_SECONDS = 10;

/** Begins a probe, or finds it begun. */
export async function beginProbe(ports: ActivityPorts, asked: AskedProbe): Promise<StepState<"probe">> {
  await ports.restore.inCluster(asked.targetId, ({ probes }) => probes.begin(asked));
  return { ...running({ begunMs: Date.now(), waitsFor: "", result: null, evidence: null }), polls: 0 };
}

/** Looks at a probe. One that has ended is judged here, so that what it said goes into the evidence and no history. */
export async function pollProbe(
  ports: ActivityPorts,
  asked: AskedProbe,
  { polls, seen }: StepState<"probe">,
): Promise<StepState<"probe">> {
  const times = { begunMs: seen.begunMs, nowMs: Date.now() };
  const progress = await ports.restore.inCluster(asked.targetId, ({ probes }) => probes.poll(asked, times));
  if (progress.kind === "running") return { ...running({ ...seen, waitsFor: progress.why }), polls: polls + 1 };
  const { probe, folder } = asked;
  const path = `probes/${probe.name}.log`;
  const evidence = progress.said === "" ? null : await ports.restore.keepEvidence(folder, path, progress.said);
  const result = judgeProbe(probe, progress.answer, evidence?.path ?? null);
  return { ...running({ ...seen, result, evidence }), done: true, polls: polls + 1 };
}

/** Takes what a probe made away; one that is not there is gone. */
export async function removeProbe(ports: ActivityPorts, asked: AskedProbe): Promise<null> {
  await ports.restore.inCluster(asked.targetId, ({ probes }) => probes.remove(asked));
  return null;
}

function running(seen: ProbeSeen): Omit<StepState<"probe">, "polls"> {
  return { done: false, failure: null, retryAfterSeconds: LOOK_SECONDS, seen };
}
