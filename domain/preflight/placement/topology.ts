import { isSelected, type LabelSelector, podKey } from "../../drain/facts.ts";
import { createHeadcount } from "./headcount.ts";
import { type Certainty, meetsOneTerm, type Seat, tolerates } from "./node-match.ts";
import type { PlacedPod, PodTerm, SpreadConstraint } from "./scheduling-facts.ts";

/** Where pods are, and what they want of each other. It is changed by `put`. */
export interface Topology {
  put(pod: PlacedPod, seat: Seat): void;
  /** Why the pods that are there keep a pod off a node for good: anti-affinity, of either; null when they do not. */
  repulsion(pod: PlacedPod, seat: Seat): string | null;
  /** Why a pod may not go to a node until others have found their place: required affinity, spread; null when it may. */
  imbalance(pod: PlacedPod, seat: Seat): string | null;
}

/** Which domain of a topology a node is in; undefined without one, null when that is not known yet. */
function domainOf(seat: Seat, topologyKey: string): string | null | undefined {
  return seat.unknownLabels.has(topologyKey) ? null : seat.labels[topologyKey];
}

/** Whether two nodes are in one domain; where that is not known yet, `doubt` decides. */
function share(left: Seat, right: Seat, topologyKey: string, doubt: boolean): boolean {
  const first = domainOf(left, topologyKey);
  if (left.name === right.name) return first !== undefined;
  const second = domainOf(right, topologyKey);
  if (first === undefined || second === undefined) return false;
  if (first === null || second === null) return doubt;
  return first === second;
}

/** Whether a term means a pod. Namespaces chosen by labels may mean more than is known: `doubt` decides. */
function means(term: PodTerm, pod: PlacedPod, doubt: boolean): boolean {
  const inNamespace =
    term.namespaces === "all" || term.namespaces.includes(pod.namespace) || (term.mayMeanMore && doubt);
  return inNamespace && term.selector !== null && isSelected(pod.labels, term.selector);
}

/** Sets up the topology of some nodes, with nobody on them. */
export function createTopology(seats: readonly Seat[], certainty: Certainty): Topology {
  const on = createHeadcount<PlacedPod>(seats.map(({ name }) => name));
  const repellers: Repeller[] = [];
  const repelDoubt = certainty === "certain";
  const repels = (term: PodTerm) => on.matching(term, "repels", (other) => means(term, other, repelDoubt));
  const company = (term: PodTerm) => on.matching(term, "company", (other) => means(term, other, !repelDoubt));

  function repulsion(pod: PlacedPod, seat: Seat): string | null {
    const theirs = repellers.find(
      (other) => share(seat, other.seat, other.term.topologyKey, repelDoubt) && means(other.term, pod, repelDoubt),
    );
    if (theirs) return `anti-affinity of ${podKey(theirs.pod)}`;
    for (const term of pod.scheduling.antiAffinity) {
      const counts = repels(term);
      const other = seats.find(
        (one) => (counts.get(one.name) ?? 0) > 0 && share(seat, one, term.topologyKey, repelDoubt),
      );
      if (other) return `anti-affinity to pods of ${other.name} by ${term.topologyKey}`;
    }
    return null;
  }

  /** A pod that needs company: of a pod that is there, or of its own kind where it is the first of it. */
  function lonely(pod: PlacedPod, seat: Seat): string | null {
    for (const term of pod.scheduling.affinity) {
      const counts = company(term);
      const hosts = seats.filter(({ name }) => (counts.get(name) ?? 0) > 0);
      const isFirst = hosts.length === 0 && means(term, pod, false) && domainOf(seat, term.topologyKey) !== undefined;
      if (isFirst || hosts.some((other) => share(seat, other, term.topologyKey, !repelDoubt))) continue;
      return `no pod that it needs beside it by ${term.topologyKey}`;
    }
    return null;
  }

  const spreads = createSpreads(seats, certainty, on);
  return {
    put(pod, seat) {
      on.add(seat.name, pod);
      for (const term of pod.scheduling.antiAffinity) repellers.push({ pod, seat, term });
    },
    repulsion,
    imbalance: (pod, seat) => lonely(pod, seat) ?? spreads.broken(pod, seat),
  };
}

/** A pod with anti-affinity, and where it is: the few that may keep off a pod that has none itself. */
interface Repeller {
  readonly pod: PlacedPod;
  readonly seat: Seat;
  readonly term: PodTerm;
}

/** How many pods a constraint counts in each domain, for a pod and until another comes. */
interface Domains {
  readonly pod: PlacedPod;
  readonly version: number;
  readonly domains: Map<string, number>;
}

function createSpreads(
  seats: readonly Seat[],
  certainty: Certainty,
  on: ReturnType<typeof createHeadcount<PlacedPod>>,
) {
  const known = new Map<SpreadConstraint, Domains>();

  /** Pods that match, by domain, over the nodes that the pod's selector and affinity allow. */
  function domainsOf(pod: PlacedPod, constraint: SpreadConstraint): Map<string, number> {
    const before = known.get(constraint);
    if (before?.version === on.version() && before.pod === pod) return before.domains;
    const counts = on.matching(constraint, pod.namespace, (other) => matches(constraint.selector, pod, other));
    const domains = new Map<string, number>();
    for (const seat of seats) {
      const domain = domainOf(seat, constraint.topologyKey);
      if (domain === undefined || domain === null || !isEligible(pod, seat, constraint)) continue;
      domains.set(domain, (domains.get(domain) ?? 0) + (counts.get(seat.name) ?? 0));
    }
    known.set(constraint, { pod, version: on.version(), domains });
    return domains;
  }

  /**
   * The arithmetic of a spread constraint. Nodes that are cordoned count as domains, as they do for the scheduler
   * (nodeTaintsPolicy Ignore).
   */
  function keeps(pod: PlacedPod, seat: Seat, constraint: SpreadConstraint): boolean {
    const { topologyKey, maxSkew, minDomains, selector } = constraint;
    const domain = domainOf(seat, topologyKey);
    if (domain === undefined) return false;
    if (domain === null) return certainty === "possible";
    const domains = domainsOf(pod, constraint);
    // A node of an unknown domain may be an empty one of its own.
    const mayBeEmpty = certainty === "certain" && seats.some((other) => domainOf(other, topologyKey) === null);
    const fewest = domains.size < minDomains || mayBeEmpty ? 0 : Math.min(...domains.values());
    const self = selector !== null && isSelected(pod.labels, selector) ? 1 : 0;
    return (domains.get(domain) ?? 0) + self - fewest <= maxSkew;
  }

  return {
    broken(pod: PlacedPod, seat: Seat): string | null {
      const broken = pod.scheduling.spread.find((constraint) => !keeps(pod, seat, constraint));
      return broken ? `topology spread by ${broken.topologyKey} (maxSkew ${broken.maxSkew})` : null;
    },
  };
}

function matches(selector: LabelSelector | null, pod: PlacedPod, other: PlacedPod): boolean {
  return selector !== null && other.namespace === pod.namespace && isSelected(other.labels, selector);
}

/** Which nodes make up the domains: those that selector and affinity allow, and tainted ones where the constraint says so. */
function isEligible({ scheduling }: PlacedPod, seat: Seat, { countsTaintedNodes }: SpreadConstraint): boolean {
  const selector = Object.entries(scheduling.nodeSelector);
  const isSelectedNode = selector.every(([key, value]) => seat.unknownLabels.has(key) || seat.labels[key] === value);
  if (!isSelectedNode || !meetsOneTerm(scheduling.nodeTerms, seat, "possible")) return false;
  if (countsTaintedNodes) return true;
  return (
    !seat.unschedulable &&
    seat.taints.every((taint) => taint.effect === "PreferNoSchedule" || tolerates(scheduling.tolerations, taint))
  );
}
