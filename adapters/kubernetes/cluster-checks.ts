import type { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { RUN_TAG } from "../../domain/long-operation.ts";
import type { HttpCheck, JobCheck } from "../../domain/preflight/custom-check.ts";
import { refusal } from "./drain/api-failure.ts";
import { serverOf } from "./drain/client-server.ts";
import { type ApiAnswer, type ApiCall, openTransport } from "./drain/transport.ts";
import { kubernetesFailure } from "./kubernetes-failure.ts";

/** Lines and bytes of a log that are read. */
const LOG_LINES = 200;
const LOG_BYTES = 64 * 1024;
/** When Kubernetes takes an ended Job away, should nobody else do it. */
const KEPT_SECONDS = 3600;

/** A Job of a check, by the name that its run gives it. */
export interface CheckJob {
  readonly name: string;
  readonly runId: string;
  readonly check: JobCheck;
  readonly timeoutSeconds: number;
}

/** How a Job's container stands: it runs, or it ended and said something. */
export type JobState =
  | { readonly kind: "running"; readonly why: string }
  | { readonly kind: "ended"; readonly exitCode: number; readonly log: string };

/** What checks do in a cluster. Every call throws DrydockError. */
export interface ClusterChecks {
  /** Calls a service through the API server; an answer is an answer, whatever its status. */
  callService(
    service: NonNullable<HttpCheck["service"]>,
    method: "GET" | "POST",
  ): Promise<{ status: number; body: string }>;
  /** Makes the Job; one that is there already is the same. */
  beginJob(job: CheckJob): Promise<void>;
  pollJob(job: CheckJob): Promise<JobState>;
  /** Takes the Job and its pods away; one that is not there is gone. */
  removeJob(job: CheckJob): Promise<void>;
  close(): void;
}

const podsSchema = z.object({
  items: z
    .array(
      z.object({
        metadata: z.object({ name: z.string() }),
        status: z
          .object({
            phase: z.string().nullish(),
            containerStatuses: z
              .array(
                z.object({
                  state: z
                    .object({
                      terminated: z.object({ exitCode: z.number() }).nullish(),
                      waiting: z.object({ reason: z.string().nullish() }).nullish(),
                    })
                    .nullish(),
                }),
              )
              .nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
type Pod = NonNullable<z.infer<typeof podsSchema>["items"]>[number];

/** Opens a cluster for checks; nothing is sent yet. */
export function openClusterChecks(name: string, config: KubeConfig): ClusterChecks {
  const transport = openTransport(serverOf(config));
  async function ask(call: ApiCall, what: string, fine: readonly number[]): Promise<ApiAnswer> {
    let answer: ApiAnswer;
    try {
      answer = await transport.ask(call);
    } catch (error) {
      throw kubernetesFailure(error, `${what} in ${name}`);
    }
    if (!fine.includes(answer.status)) throw refusal(answer, `${what} in ${name}`);
    return answer;
  }
  const jobs = ({ check }: CheckJob) => `/apis/batch/v1/namespaces/${check.namespace}/jobs`;
  return {
    async callService({ namespace, name: service, port, scheme, path }, method) {
      const target = `${scheme}:${service}:${port}`;
      const url = `/api/v1/namespaces/${namespace}/services/${target}/proxy${path}`;
      let answer: ApiAnswer;
      try {
        answer = await transport.ask({ method, path: url });
      } catch (error) {
        throw kubernetesFailure(error, `call service ${namespace}/${service} of ${name}`);
      }
      return { status: answer.status, body: answer.text };
    },
    async beginJob(job) {
      const call: ApiCall = { method: "POST", path: jobs(job), body: jobBody(job) };
      await ask(call, `make Job ${job.check.namespace}/${job.name}`, [200, 201, 202, 409]);
    },
    async pollJob(job) {
      const { namespace } = job.check;
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      const selector = encodeURIComponent(`job-name=${job.name}`);
      const what = `look at Job ${namespace}/${job.name}`;
      const { text } = await ask({ method: "GET", path: `${pods}?labelSelector=${selector}` }, what, [200]);
      const pod = podsSchema.parse(JSON.parse(text)).items?.[0];
      const exitCode = exitCodeOf(pod);
      if (pod === undefined || exitCode === undefined) return { kind: "running", why: stateOf(pod) };
      const log = `${pods}/${pod.metadata.name}/log?tailLines=${LOG_LINES}&limitBytes=${LOG_BYTES}`;
      const { text: said } = await ask(
        { method: "GET", path: log },
        `read the log of ${namespace}/${pod.metadata.name}`,
        [200],
      );
      return { kind: "ended", exitCode, log: said };
    },
    async removeJob(job) {
      const call: ApiCall = { method: "DELETE", path: `${jobs(job)}/${job.name}?propagationPolicy=Background` };
      await ask(call, `delete Job ${job.check.namespace}/${job.name}`, [200, 202, 404]);
    },
    close: () => transport.close(),
  };
}

/** Tried once; without a service account of its own it has no rights at all. */
function jobBody({ name, runId, check, timeoutSeconds }: CheckJob) {
  const { namespace, image, command, env, serviceAccount } = check;
  const labels = { "app.kubernetes.io/managed-by": "drydock", [RUN_TAG]: runId.slice(0, 63) };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: timeoutSeconds,
      ttlSecondsAfterFinished: KEPT_SECONDS,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          ...(serviceAccount ? { serviceAccountName: serviceAccount } : { automountServiceAccountToken: false }),
          containers: [
            {
              name: "check",
              image,
              ...(command ? { command } : {}),
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            },
          ],
        },
      },
    },
  };
}

function exitCodeOf(pod: Pod | undefined): number | undefined {
  return pod?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode;
}

function stateOf(pod: Pod | undefined): string {
  if (!pod) return "it has no pod";
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting?.reason;
  return `its pod ${pod.metadata.name} is ${waiting ?? pod.status?.phase ?? "unknown"}`;
}
