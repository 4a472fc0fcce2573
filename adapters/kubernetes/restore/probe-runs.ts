import { z } from "zod";
import type { ApiCall } from "../drain/transport.ts";
import { type ClusterApi, readAnswer } from "./cluster-api.ts";
import { containerOf, type ProbeAsked, probeJob, probeJobName } from "./probe-job.ts";
import { nodeOfClaims, type PodStand, type ProbePod, podListSchema, standOf } from "./probe-pod.ts";
import { endedProbe, limitText, type ProbeProgress, READ_BYTES, withoutSecrets } from "./probe-progress.ts";

const LOG_LINES = 5_000;
/** Lines that are read of a log whose last part did not come along. */
const LAST_LINES = 20;

const jobSchema = z.object({
  status: z
    .object({
      conditions: z.array(z.object({ type: z.string(), status: z.string(), message: z.string().nullish() })).nullish(),
    })
    .nullish(),
});

/** Makes the Job of a probe; one that is there already is the same. Throws DrydockError. */
export async function beginProbeRun(api: ClusterApi, asked: ProbeAsked): Promise<void> {
  const container = containerOf(asked.probe);
  if (!container) return;
  const claims = Object.keys(container.claims);
  const node = claims.length === 0 ? null : nodeOfClaims(await listPods(api, asked.namespace, ""), claims);
  const call: ApiCall = { method: "POST", path: jobsPath(asked), body: probeJob(asked, container, node) };
  await api.ask(call, `make the Job of probe ${asked.probe.name}`, [200, 201, 202, 409]);
}

/** Looks at the Job of a probe, and ends it when its time is over. Throws DrydockError. */
export async function pollProbeRun(api: ClusterApi, asked: ProbeAsked, isOverdue: boolean): Promise<ProbeProgress> {
  const { probe, namespace } = asked;
  const selector = encodeURIComponent(`job-name=${probeJobName(asked)}`);
  const stand = standOf(await listPods(api, namespace, `?labelSelector=${selector}`));
  if (stand.kind === "ended") {
    const log = withoutSecrets(await readLog(api, namespace, stand.pod), probe);
    return endedProbe({ kind: "ended", exitCode: stand.exitCode, log }, log);
  }
  if (isOverdue) return giveUp(api, asked, stand);
  if (stand.kind === "running") return { kind: "running", why: `its pod ${stand.pod} runs` };
  const gone = await whyGone(api, asked);
  return gone === undefined ? { kind: "running", why: stand.why } : endedProbe({ kind: "unknown", why: gone }, "");
}

/** Deletes the Job of a probe and its pod; what is not there is gone. Throws DrydockError. */
export async function removeProbeRun(api: ClusterApi, asked: ProbeAsked): Promise<void> {
  if (!containerOf(asked.probe)) return;
  const path = `${jobsPath(asked)}/${probeJobName(asked)}?propagationPolicy=Background`;
  await api.ask({ method: "DELETE", path }, `delete the Job of probe ${asked.probe.name}`, [200, 202, 404]);
}

/** A probe that never ran says nothing of the data; one that runs too long does. */
async function giveUp(api: ClusterApi, asked: ProbeAsked, stand: PodStand): Promise<ProbeProgress> {
  const { probe, namespace } = asked;
  const log = stand.kind === "waiting" ? "" : withoutSecrets(await readLog(api, namespace, stand.pod), probe);
  await removeProbeRun(api, asked);
  return stand.kind === "waiting"
    ? endedProbe({ kind: "unknown", why: `it did not begin within ${limitText(probe)}: ${stand.why}` }, log)
    : endedProbe({ kind: "timed-out", why: `it ran for more than ${limitText(probe)}, and was ended` }, log);
}

/** A Job whose pod does not run is at its beginning, or over, or somebody took it away. */
async function whyGone(api: ClusterApi, asked: ProbeAsked): Promise<string | undefined> {
  const what = `look at the Job of probe ${asked.probe.name}`;
  const call: ApiCall = { method: "GET", path: `${jobsPath(asked)}/${probeJobName(asked)}` };
  const answer = await api.ask(call, what, [200, 404]);
  if (answer.status === 404) return "its Job was deleted before it ended";
  const failed = readAnswer(jobSchema, answer, what).status?.conditions?.find(
    ({ type, status }) => type === "Failed" && status === "True",
  );
  return failed && `its pod was lost: ${failed.message ?? "Kubernetes does not say why"}`;
}

async function listPods(api: ClusterApi, namespace: string, query: string): Promise<ProbePod[]> {
  const path = `/api/v1/namespaces/${namespace}/pods${query}`;
  const what = `list the pods of ${namespace}`;
  return readAnswer(podListSchema, await api.ask({ method: "GET", path }, what, [200]), what).items ?? [];
}

async function readLog(api: ClusterApi, namespace: string, pod: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log?limitBytes=${READ_BYTES}&tailLines=`;
  const what = `read the log of ${namespace}/${pod}`;
  const { text } = await api.ask({ method: "GET", path: `${path}${LOG_LINES}` }, what, [200]);
  if (Buffer.byteLength(text) < READ_BYTES) return text;
  // The limit cuts the end off, and that is where probes say what came of them.
  const { text: last } = await api.ask({ method: "GET", path: `${path}${LAST_LINES}` }, what, [200]);
  return `${text}\n${last}`;
}

function jobsPath({ namespace }: ProbeAsked): string {
  return `/apis/batch/v1/namespaces/${namespace}/jobs`;
}
