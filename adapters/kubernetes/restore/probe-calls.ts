import { z } from "zod";
import type { ApiAnswer } from "../drain/transport.ts";
import { type ClusterApi, parsedJson } from "./cluster-api.ts";
import type { ProbeAsked } from "./probe-job.ts";
import { endedProbe, limitText, type ProbeProgress, READ_BYTES, withoutSecrets } from "./probe-progress.ts";

const statusSchema = z.object({ kind: z.literal("Status"), message: z.string().nullish() });
/** What the API server answers while nobody serves a call: no endpoint is ready, or none can be reached. */
const UNSERVED: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Calls the service of a probe through the API server, which needs no way into the cluster's network. While nobody serves the
 * call it is asked again until its time is over; any other answer is an answer.
 */
export async function pollProbeCall(api: ClusterApi, asked: ProbeAsked, isOverdue: boolean): Promise<ProbeProgress> {
  const { probe, namespace } = asked;
  const { service = "", port = 0, scheme = "http", path = "/" } = probe.http ?? {};
  const answer = await api.tryAsk({
    method: "GET",
    path: `/api/v1/namespaces/${namespace}/services/${scheme}:${service}:${port}/proxy${path}`,
    limitBytes: READ_BYTES,
  });
  const why = typeof answer === "string" ? answer : whyUnserved(answer);
  if (typeof answer !== "string" && why === undefined) {
    const body = withoutSecrets(answer.text, probe);
    return endedProbe({ kind: "answered", status: answer.status, body }, body);
  }
  const said = withoutSecrets(why ?? "", probe);
  if (!isOverdue) return { kind: "running", why: said };
  return endedProbe({ kind: "timed-out", why: `it was not answered within ${limitText(probe)}: ${said}` }, "");
}

/** Services answer 503 themselves, too, and that is theirs; the API server says so with a Status. */
function whyUnserved({ status, text }: ApiAnswer): string | undefined {
  if (!UNSERVED.has(status)) return undefined;
  const parsed = statusSchema.safeParse(parsedJson(text));
  return parsed.success ? (parsed.data.message ?? "it is not served") : undefined;
}
