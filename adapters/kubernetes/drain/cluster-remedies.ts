import type { KubeConfig } from "@kubernetes/client-node";
import * as z from "zod/mini";
import { podFacts } from "../facts.ts";
import { kubernetesFailure } from "../kubernetes-failure.ts";
import { refusal } from "./api-failure.ts";
import { serverOf } from "./client-server.ts";
import { removePod } from "./drain-api.ts";
import { listObjects } from "./list-watch.ts";
import { readPod } from "./object-shapes.ts";
import { type RemedyOutcome, restartOwner, SCALED_BY, scaleUpOwner, undoScaleUp } from "./remedies.ts";
import { type KubernetesTransport, openTransport } from "./transport.ts";

/** A workload that a run has scaled up. */
export interface ScaledUp {
  /** namespace/kind/name */
  readonly target: string;
  readonly by: string;
}

/** What may be done to a cluster about pods that block a drain. Every call rejects with DrydockError. */
export interface ClusterRemedies {
  scaleUp(target: string, runId: string): Promise<RemedyOutcome>;
  restart(target: string, by: { readonly runId: string; readonly at: string }): Promise<RemedyOutcome>;
  /** Every Deployment and StatefulSet that a run has scaled up and not taken back. */
  scaledUp(): Promise<ScaledUp[]>;
  undoScaleUp(target: string, runId: string): Promise<RemedyOutcome>;
  /** Deletes a pod (namespace/name), past all budgets, if it is still on that node. */
  deletePod(pod: string, node: string): Promise<RemedyOutcome>;
}

const KINDS = [
  { kind: "Deployment", path: "/apis/apps/v1/deployments" },
  { kind: "StatefulSet", path: "/apis/apps/v1/statefulsets" },
] as const;

const annotatedShape = z.object({
  metadata: z.object({
    namespace: z.optional(z.string()),
    name: z.string(),
    annotations: z.optional(z.nullable(z.record(z.string(), z.string()))),
  }),
});

/** The remedies for the cluster that a kubeconfig points at. Nothing is connected to until it is needed. */
export function clusterRemedies(config: KubeConfig): ClusterRemedies {
  const using = async <T>(what: string, call: (transport: KubernetesTransport) => Promise<T>): Promise<T> => {
    const transport = openTransport(serverOf(config));
    try {
      return await call(transport);
    } catch (error) {
      throw kubernetesFailure(error, what);
    } finally {
      transport.close();
    }
  };
  return {
    scaleUp: (target, runId) => using(`scale up ${target}`, (transport) => scaleUpOwner(transport, target, runId)),
    restart: (target, by) => using(`restart ${target}`, (transport) => restartOwner(transport, target, by)),
    scaledUp: () => using("find what was scaled up", listScaledUp),
    undoScaleUp: (target, runId) => using(`scale ${target} back`, (transport) => undoScaleUp(transport, target, runId)),
    deletePod: (pod, node) => using(`delete pod ${pod}`, (transport) => deletePod(transport, pod, node)),
  };
}

async function listScaledUp(transport: KubernetesTransport): Promise<ScaledUp[]> {
  const found: ScaledUp[] = [];
  for (const { kind, path } of KINDS) {
    const listed = await listObjects(transport, {
      path,
      asked: `list the ${kind}s`,
      read: (object) => {
        const { namespace = "", name, annotations } = annotatedShape.parse(object).metadata;
        return { target: `${namespace}/${kind}/${name}`, by: annotations?.[SCALED_BY] };
      },
    });
    for (const { target, by } of listed.objects.values()) if (by !== undefined) found.push({ target, by });
  }
  return found;
}

async function deletePod(transport: KubernetesTransport, key: string, node: string): Promise<RemedyOutcome> {
  const [namespace = "", name = ""] = key.split("/");
  const answer = await transport.ask({ method: "GET", path: `/api/v1/namespaces/${namespace}/pods/${name}` });
  if (answer.status === 404) return { kind: "already" };
  if (answer.status !== 200) throw refusal(answer, `read pod ${key}`);
  const pod = podFacts(readPod(JSON.parse(answer.text)));
  // A StatefulSet's next pod has the same name; nobody was asked about that one.
  if (pod.nodeName !== node) return { kind: "already" };
  // A pod that was told to go and did not is not told again, but taken out of the API.
  const graceSeconds = pod.deletionAt === null ? null : 0;
  const outcome = await removePod(transport, pod, { graceSeconds, usesDelete: true, dryRun: false });
  if (outcome.kind === "evicted") return { kind: "done" };
  return outcome.kind === "gone" ? { kind: "already" } : { kind: "passed", reason: outcome.message };
}
