import type { KubernetesNode, Pod } from "./objects.ts";
import type { Objection } from "./scheduling.ts";
import { isWantedNode } from "./scheduling.ts";
import { matchesSelector } from "./selectors.ts";

type Term = NonNullable<
  NonNullable<NonNullable<Pod["spec"]["affinity"]>["podAntiAffinity"]>["requiredDuringSchedulingIgnoredDuringExecution"]
>[number];
type Spread = NonNullable<Pod["spec"]["topologySpreadConstraints"]>[number];

/** The pods that are placed already, as far as one is asked for them: most pods do not mind the others. */
export interface Neighbours {
  /** The unfinished pods that have a node. */
  placed(): readonly Pod[];
  /** Those of them that keep others off. */
  keepers(): readonly Pod[];
}

/**
 * What a pod's required anti-affinity and its DoNotSchedule spread constraints hold against nodes. Anti-affinity holds
 * both ways: a pod that is there already keeps others off by its own terms.
 */
export function topologyObjections(
  pod: Pod,
  nodes: ReadonlyMap<string, KubernetesNode>,
  neighbours: Neighbours,
): Objection[] {
  const own = termsOf(pod);
  const spreads = (pod.spec.topologySpreadConstraints ?? []).filter(
    ({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule",
  );
  const placed = own.length + spreads.length === 0 ? [] : neighbours.placed();
  const keepers = neighbours.keepers();
  const theirs = keepers.length === 0 ? undefined : theirTerms(pod, nodes, keepers);
  return [
    ...own.map((term) => ownTerm(pod, term, nodes, placed)),
    ...spreads.map((constraint) => spread(pod, constraint, nodes, placed)),
    ...(theirs ? [theirs] : []),
  ];
}

function termsOf(pod: Pod): readonly Term[] {
  return pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
}

function isMeant(term: Term, holder: Pod, other: Pod): boolean {
  const namespaces = term.namespaces ?? [holder.metadata.namespace ?? ""];
  return (
    namespaces.includes(other.metadata.namespace ?? "") &&
    term.labelSelector !== undefined &&
    matchesSelector(term.labelSelector, other.metadata.labels)
  );
}

function ownTerm(pod: Pod, term: Term, nodes: ReadonlyMap<string, KubernetesNode>, placed: readonly Pod[]): Objection {
  const taken = new Set(
    placed.filter((other) => isMeant(term, pod, other)).map((other) => domainOf(nodes, other, term.topologyKey)),
  );
  return (node) => {
    const domain = node.metadata.labels?.[term.topologyKey];
    return domain !== undefined && taken.has(domain) ? "node(s) didn't match pod anti-affinity rules" : undefined;
  };
}

function theirTerms(
  pod: Pod,
  nodes: ReadonlyMap<string, KubernetesNode>,
  placed: readonly Pod[],
): Objection | undefined {
  const taken = new Set(
    placed.flatMap((other) =>
      termsOf(other)
        .filter((term) => isMeant(term, other, pod))
        .map((term) => `${term.topologyKey}=${domainOf(nodes, other, term.topologyKey)}`),
    ),
  );
  if (taken.size === 0) return undefined;
  return (node) =>
    Object.entries(node.metadata.labels ?? {}).some(([key, value]) => taken.has(`${key}=${value}`))
      ? "node(s) didn't satisfy existing pods anti-affinity rules"
      : undefined;
}

/** Counts a pod's like by domain; a node is refused when one more there would be too many above the emptiest domain. */
function spread(
  pod: Pod,
  { topologyKey, maxSkew, labelSelector }: Spread,
  nodes: ReadonlyMap<string, KubernetesNode>,
  placed: readonly Pod[],
): Objection {
  const counts = new Map<string, number>();
  for (const node of nodes.values()) {
    const domain = node.metadata.labels?.[topologyKey];
    if (domain !== undefined && isWantedNode(pod, node)) counts.set(domain, 0);
  }
  for (const other of placed) {
    if (other.metadata.namespace !== pod.metadata.namespace || other.metadata.deletionTimestamp !== undefined) continue;
    if (!matchesSelector(labelSelector ?? {}, other.metadata.labels)) continue;
    const domain = domainOf(nodes, other, topologyKey);
    const count = domain === undefined ? undefined : counts.get(domain);
    if (domain !== undefined && count !== undefined) counts.set(domain, count + 1);
  }
  const fewest = Math.min(...counts.values());
  const itself = matchesSelector(labelSelector ?? {}, pod.metadata.labels) ? 1 : 0;
  return (node) => {
    const domain = node.metadata.labels?.[topologyKey];
    if (domain === undefined) return "node(s) didn't match pod topology spread constraints (missing required label)";
    const skew = (counts.get(domain) ?? 0) + itself - fewest;
    return skew > maxSkew ? "node(s) didn't match pod topology spread constraints" : undefined;
  };
}

function domainOf(nodes: ReadonlyMap<string, KubernetesNode>, pod: Pod, topologyKey: string): string | undefined {
  return nodes.get(pod.spec.nodeName ?? "")?.metadata.labels?.[topologyKey];
}
