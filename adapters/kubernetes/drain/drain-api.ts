import type { BudgetFacts, PodFacts } from "../../../domain/drain/facts.ts";
import { budgetFacts, podFacts } from "../facts.ts";
import { refusal } from "./api-failure.ts";
import { type EvictionOutcome, evictionOutcome } from "./eviction-answer.ts";
import { type Collection, type Listed, listObjects } from "./list-watch.ts";
import { readBudget, readNode, readPod } from "./object-shapes.ts";
import type { KubernetesTransport } from "./transport.ts";

const STRATEGIC_MERGE = "application/strategic-merge-patch+json";

/** A node, as far as a drain of it cares. */
export interface DrainNode {
  readonly name: string;
  readonly unschedulable: boolean;
}

/** How pods are told to go. */
export interface RemovalOptions {
  /** Seconds to stop in; null leaves each pod its own. */
  readonly graceSeconds: number | null;
  /** DELETE in place of the eviction API, past all budgets. */
  readonly usesDelete: boolean;
  /** The API server checks everything and changes nothing. */
  readonly dryRun: boolean;
}

/** The pods of one node. */
export function podsOf(node: string, labelSelector?: string): Collection<PodFacts> {
  return {
    path: "/api/v1/pods",
    fieldSelector: `spec.nodeName=${node}`,
    asked: `list the pods of node ${node}`,
    read: (object) => podFacts(readPod(object)),
    ...(labelSelector ? { labelSelector } : {}),
  };
}

/** Every PodDisruptionBudget of the cluster. */
export const ALL_BUDGETS: Collection<BudgetFacts> = {
  path: "/apis/policy/v1/poddisruptionbudgets",
  asked: "list the PodDisruptionBudgets",
  read: (object) => budgetFacts(readBudget(object)),
};

/** Nodes by a label selector. Rejects with DrydockError. */
export async function listNodes(transport: KubernetesTransport, labelSelector: string): Promise<DrainNode[]> {
  const listed: Listed<DrainNode> = await listObjects(transport, {
    path: "/api/v1/nodes",
    asked: `list the nodes with label ${labelSelector}`,
    labelSelector,
    read: nodeOf,
  });
  return [...listed.objects.values()];
}

/** One node. Rejects with DrydockError; its code is NotFound when there is none. */
export async function readNodeNamed(transport: KubernetesTransport, name: string): Promise<DrainNode> {
  const answer = await transport.ask({ method: "GET", path: `/api/v1/nodes/${encodeURIComponent(name)}` });
  if (answer.status !== 200) throw refusal(answer, `read node ${name}`);
  return nodeOf(JSON.parse(answer.text));
}

/** Whether a DaemonSet is there. Rejects with DrydockError. */
export async function hasDaemonSet(transport: KubernetesTransport, namespace: string, name: string): Promise<boolean> {
  const path = `/apis/apps/v1/namespaces/${namespace}/daemonsets/${name}`;
  const answer = await transport.ask({ method: "GET", path });
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw refusal(answer, `read DaemonSet ${namespace}/${name}`);
  return true;
}

/** Makes a node unschedulable, or schedulable again, as `kubectl cordon` and `uncordon` do. Rejects with DrydockError. */
export async function setUnschedulable(
  transport: KubernetesTransport,
  name: string,
  unschedulable: boolean,
  dryRun = false,
): Promise<void> {
  const answer = await transport.ask({
    method: "PATCH",
    path: `/api/v1/nodes/${encodeURIComponent(name)}${dryRun ? "?dryRun=All" : ""}`,
    contentType: STRATEGIC_MERGE,
    body: { spec: { unschedulable: unschedulable ? true : null } },
  });
  if (answer.status !== 200) throw refusal(answer, `${unschedulable ? "cordon" : "uncordon"} node ${name}`);
}

/**
 * Asks for one pod to go, with its UID as a precondition: a StatefulSet's next pod of the same name is never hit. The API
 * server alone says whether budgets allow it.
 */
export async function removePod(
  transport: KubernetesTransport,
  { namespace, name, uid }: PodFacts,
  options: RemovalOptions,
): Promise<EvictionOutcome> {
  const deleteOptions = {
    preconditions: { uid },
    ...(options.graceSeconds === null ? {} : { gracePeriodSeconds: options.graceSeconds }),
    ...(options.dryRun ? { dryRun: ["All"] } : {}),
  };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const answer = await transport.ask(
    options.usesDelete
      ? { method: "DELETE", path, body: { apiVersion: "v1", kind: "DeleteOptions", ...deleteOptions } }
      : {
          method: "POST",
          path: `${path}/eviction`,
          body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { namespace, name }, deleteOptions },
        },
  );
  return evictionOutcome(answer);
}

function nodeOf(object: unknown): DrainNode {
  const { metadata, spec } = readNode(object);
  return { name: metadata.name, unschedulable: spec?.unschedulable === true };
}
