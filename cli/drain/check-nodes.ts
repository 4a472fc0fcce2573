import {
  ALL_BUDGETS,
  type DrainNode,
  hasDaemonSet,
  listNodes,
  podsOf,
  readNodeNamed,
} from "../../adapters/kubernetes/drain/drain-api.ts";
import { type Listed, listObjects } from "../../adapters/kubernetes/drain/list-watch.ts";
import type { KubernetesTransport } from "../../adapters/kubernetes/drain/transport.ts";
import type { BudgetFacts, PodFacts } from "../../domain/drain/facts.ts";
import { type DrainConsent, type FilterFacts, remarksOn } from "../../domain/drain/kubectl-filters.ts";
import { DrydockError } from "../../domain/errors.ts";

/** A node, what is on it, and what speaks against draining it. */
export interface CheckedNode {
  readonly node: DrainNode;
  readonly pods: Listed<PodFacts>;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** What is known before anything is touched. */
export interface NodeCheck {
  readonly nodes: readonly CheckedNode[];
  /** Undefined when they may not be read; `why` says so. */
  readonly budgets: Listed<BudgetFacts> | undefined;
  readonly budgetsUnknown: string | undefined;
  readonly missingDaemonSets: ReadonlySet<string>;
}

/** What is to be drained. */
export interface NodeChoice {
  readonly names: readonly string[];
  readonly selector: string | undefined;
  readonly podSelector: string | undefined;
  readonly consent: DrainConsent;
}

/** Reads nodes, pods and budgets and judges every pod; nothing is changed. Rejects with DrydockError. */
export async function checkNodes(transport: KubernetesTransport, choice: NodeChoice): Promise<NodeCheck> {
  const [found, budgets] = await Promise.all([readNodes(transport, choice), budgetsOrWhy(transport)]);
  const missingDaemonSets = await findMissing(
    transport,
    found.flatMap(({ pods }) => [...pods.objects.values()]),
  );
  const facts: FilterFacts = { consent: choice.consent, nowMs: Date.now(), missingDaemonSets };
  const nodes = found.map(({ node, pods }) => ({ node, pods, ...remarksOn([...pods.objects.values()], facts) }));
  return { nodes, missingDaemonSets, ...budgets };
}

async function readNodes(transport: KubernetesTransport, { names, selector, podSelector }: NodeChoice) {
  if (selector === undefined) {
    return Promise.all([...new Set(names.map(bareName))].map((name) => readOne(transport, name, podSelector)));
  }
  const nodes = await listNodes(transport, selector);
  return Promise.all(
    nodes.map(async (node) => ({ node, pods: await listObjects(transport, podsOf(node.name, podSelector)) })),
  );
}

/** kubectl takes `node/NAME`, too. */
function bareName(name: string): string {
  return name.replace(/^nodes?\//, "");
}

async function readOne(transport: KubernetesTransport, name: string, podSelector: string | undefined) {
  // A node that does not exist has no pods: asking for both at once costs nothing.
  const [node, pods] = await Promise.all([
    readNodeNamed(transport, name),
    listObjects(transport, podsOf(name, podSelector)),
  ]);
  return { node, pods };
}

async function budgetsOrWhy(transport: KubernetesTransport): Promise<Pick<NodeCheck, "budgets" | "budgetsUnknown">> {
  try {
    return { budgets: await listObjects(transport, ALL_BUDGETS), budgetsUnknown: undefined };
  } catch (error) {
    // Who may evict need not be allowed to read budgets; the API server guards them all the same.
    // A server from before policy/v1 has none that could be read.
    if (error instanceof DrydockError && ["Denied", "NotFound"].includes(error.failure.code)) {
      return { budgets: undefined, budgetsUnknown: error.message };
    }
    throw error;
  }
}

/** DaemonSets that pods name as their controller and that are not there any more, as namespace/name. */
async function findMissing(transport: KubernetesTransport, pods: readonly PodFacts[]): Promise<Set<string>> {
  const owned = pods.filter(({ owner }) => owner?.kind === "DaemonSet");
  const keys = [...new Set(owned.map(({ namespace, owner }) => `${namespace}/${owner?.name}`))];
  const isThere = await Promise.all(
    keys.map((key) => {
      const [namespace = "", name = ""] = key.split("/");
      return hasDaemonSet(transport, namespace, name);
    }),
  );
  return new Set(keys.filter((_, index) => !isThere[index]));
}
