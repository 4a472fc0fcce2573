import type { CoreV1Api, KubeConfig, PolicyV1Api, V1Pod } from "@kubernetes/client-node";
import type { BudgetFacts, PodFacts } from "../../domain/drain/facts.ts";
import type { PodJudge } from "../../domain/drain/pod-verdict.ts";
import { DrydockError, transient } from "../../domain/errors.ts";
import type { NodeFacts, WorkloadFacts } from "../../domain/proof.ts";
import type { RollingNode } from "../../domain/roll/roll-facts.ts";
import { cordonNode, uncordonNode } from "./cordon.ts";
import { serverOf } from "./drain/client-server.ts";
import { type ClusterRemedies, clusterRemedies } from "./drain/cluster-remedies.ts";
import type { NodeOutcome } from "./drain/drain-event.ts";
import { startDrain } from "./drain/drain-nodes.ts";
import { openTransport } from "./drain/transport.ts";
import { budgetFacts, nodeFacts, podFacts, rollingNode, workloadFacts } from "./facts.ts";
import { kubernetesFailure } from "./kubernetes-failure.ts";
import { makeNamedClient } from "./named-client.ts";

/** Label that AKS gives a node with the name of its pool. */
const POOL_LABEL = "kubernetes.azure.com/agentpool";
const PAGE_SIZE = 500;

/** What Drydock asks of one cluster's Kubernetes API. Every call throws DrydockError. */
export interface KubernetesCluster {
  /** Nodes of a pool. */
  nodesOfPool(pool: string): Promise<NodeFacts[]>;
  /** All nodes, by name. */
  nodes(): Promise<NodeFacts[]>;
  /** Every pod of the cluster. */
  pods(): Promise<PodFacts[]>;
  /** Every PodDisruptionBudget of the cluster. */
  budgets(): Promise<BudgetFacts[]>;
  /** Deployments and StatefulSets. */
  workloads(): Promise<WorkloadFacts[]>;
  /** Makes a node unschedulable in the name of a run; one that somebody else cordoned stays theirs. */
  cordon(node: string, runId: string): Promise<void>;
  /** Takes back the run's own cordon; any other stays. */
  uncordon(node: string, runId: string): Promise<void>;
  /** Drains a cordoned node for so long, or until nothing is left that has to go, or waiting is no use. */
  drain(node: string, slice: DrainSliceOptions): Promise<NodeOutcome>;
  /** Nodes of a pool while AKS rolls it. */
  rollingNodes(pool: string): Promise<RollingNode[]>;
  /** The pods of one node. */
  podsOn(node: string): Promise<PodFacts[]>;
  readonly remedies: ClusterRemedies;
}

/** How a node is drained for a while. */
export interface DrainSliceOptions {
  readonly forMs: number;
  readonly judge: PodJudge;
  /** Whether a budget that can never allow a disruption, as things stand, ends it. */
  readonly givesUpOnBudgets: boolean;
}

/** Speaks to the cluster that a kubeconfig points at, through the official client. */
export async function openKubernetesCluster(name: string, config: KubeConfig): Promise<KubernetesCluster> {
  const { AppsV1Api, CoreV1Api, PolicyV1Api } = await import("./client-library.ts");
  const core: CoreV1Api = await makeNamedClient(config, CoreV1Api);
  const policy: PolicyV1Api = await makeNamedClient(config, PolicyV1Api);
  const apps = await makeNamedClient(config, AppsV1Api);
  const ask = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw kubernetesFailure(error, `${what} of ${name}`);
    }
  };
  const listPods = (fieldSelector?: string) =>
    listAll<V1Pod>((_continue) =>
      core.listPodForAllNamespaces({
        limit: PAGE_SIZE,
        ...(fieldSelector ? { fieldSelector } : {}),
        ...(_continue ? { _continue } : {}),
      }),
    );
  return {
    nodesOfPool: (pool) =>
      ask(`list the nodes of pool ${pool}`, async () =>
        (await core.listNode({ labelSelector: `${POOL_LABEL}=${pool}` })).items.map(nodeFacts).sort(byName),
      ),
    nodes: () => ask("list the nodes", async () => (await core.listNode({})).items.map(nodeFacts).sort(byName)),
    pods: () => ask("list the pods", async () => (await listPods()).map(podFacts)),
    budgets: () =>
      ask("list the PodDisruptionBudgets", async () =>
        (await policy.listPodDisruptionBudgetForAllNamespaces({})).items.map(budgetFacts),
      ),
    workloads: () =>
      ask("list the workloads", async () => {
        const deployments = await apps.listDeploymentForAllNamespaces({});
        const statefulSets = await apps.listStatefulSetForAllNamespaces({});
        return [
          ...deployments.items.map((item) => workloadFacts("Deployment", item)),
          ...statefulSets.items.map((item) => workloadFacts("StatefulSet", item)),
        ];
      }),
    cordon: (node, runId) => ask(`cordon node ${node}`, () => cordonNode(core, node, runId)),
    uncordon: (node, runId) => ask(`uncordon node ${node}`, () => uncordonNode(core, node, runId)),
    drain: (node, slice) => ask(`drain node ${node}`, () => drainFor(config, node, slice)),
    rollingNodes: (pool) =>
      ask(`list the nodes of pool ${pool}`, async () =>
        (await core.listNode({ labelSelector: `${POOL_LABEL}=${pool}` })).items.map(rollingNode).sort(byName),
      ),
    podsOn: (node) =>
      ask(`list the pods of node ${node}`, async () => (await listPods(`spec.nodeName=${node}`)).map(podFacts)),
    remedies: clusterRemedies(config),
  };
}

async function drainFor(
  config: KubeConfig,
  node: string,
  { forMs, judge, givesUpOnBudgets }: DrainSliceOptions,
): Promise<NodeOutcome> {
  const transport = openTransport(serverOf(config));
  let trouble = "nothing came back in time";
  try {
    const [outcome] = await startDrain({
      transport,
      nodes: [{ name: node }],
      parallel: 1,
      timeoutMs: forMs,
      judge,
      removal: { graceSeconds: null, usesDelete: false, dryRun: false },
      givesUpOnBudgets,
      signal: new AbortController().signal,
      onEvent: (event) => {
        if (event.kind === "trouble") trouble = event.message;
      },
    }).outcomes;
    // What is not known must not look like a node without pods.
    if (!outcome || outcome.result === "unreadable") throw new DrydockError(transient("Unreachable", trouble));
    return outcome;
  } finally {
    transport.close();
  }
}

interface Page<T> {
  readonly items: T[];
  readonly metadata?: { readonly _continue?: string };
}

/** Reads a list page by page, as `kubectl get --chunk-size` does. */
async function listAll<T>(page: (token: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const answer = await page(token);
    items.push(...answer.items);
    token = answer.metadata?._continue || undefined;
  } while (token !== undefined);
  return items;
}

function byName(left: NodeFacts, right: NodeFacts): number {
  return left.name < right.name ? -1 : 1;
}
