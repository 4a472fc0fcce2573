import { isSelected, type LabelSelector, podKey } from "../../drain/facts.ts";
import { type Certainty, meetsOneTerm, type Seat, tolerates } from "./node-match.ts";
import type { PlacedPod, PodTerm, SpreadConstraint } from "./scheduling-facts.ts";

/** Where the pods are, by the name of their node. */
export interface Positions {
  readonly seats: readonly Seat[];
  readonly on: ReadonlyMap<string, readonly PlacedPod[]>;
  /** Pods with anti-affinity, and where they are: the few that may keep off a pod that has none itself. */
  readonly repellers: ReadonlyArray<{ readonly pod: PlacedPod; readonly seat: Seat }>;
  readonly certainty: Certainty;
}

/** Why the pods that are there keep a pod off a node for good: anti-affinity, of either; null when they do not. */
export function repulsion(pod: PlacedPod, seat: Seat, { seats, on, repellers, certainty }: Positions): string | null {
  const doubt = certainty === "certain";
  const repeller = repellers.find((other) =>
    other.pod.scheduling.antiAffinity.some(
      (term) => means(term, pod, doubt) && share(seat, other.seat, term.topologyKey, doubt),
    ),
  );
  if (repeller) return `anti-affinity of ${podKey(repeller.pod)}`;
  for (const term of pod.scheduling.antiAffinity) {
    for (const other of seats) {
      if (!share(seat, other, term.topologyKey, doubt)) continue;
      const neighbour = (on.get(other.name) ?? []).find((candidate) => means(term, candidate, doubt));
      if (neighbour) return `anti-affinity to ${podKey(neighbour)} by ${term.topologyKey}`;
    }
  }
  return null;
}

/** Why a pod may not go to a node until other pods have found their place: required affinity, spread; null when it may. */
export function imbalance(pod: PlacedPod, seat: Seat, positions: Positions): string | null {
  return lonely(pod, seat, positions) ?? skewed(pod, seat, positions);
}

/** Which domain of a topology a node is in; undefined without one, null when that is not known yet. */
function domainOf(seat: Seat, topologyKey: string): string | null | undefined {
  return seat.unknownLabels.has(topologyKey) ? null : seat.labels[topologyKey];
}

/** Whether two nodes are in one domain; where that is not known yet, `doubt` decides. */
function share(left: Seat, right: Seat, topologyKey: string, doubt: boolean): boolean {
  if (left.name === right.name) return domainOf(left, topologyKey) !== undefined;
  const [first, second] = [domainOf(left, topologyKey), domainOf(right, topologyKey)];
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

/** A pod that needs company: of a pod that is there, or of its own kind where it is the first of it. */
function lonely(pod: PlacedPod, seat: Seat, { seats, on, certainty }: Positions): string | null {
  const doubt = certainty === "possible";
  for (const term of pod.scheduling.affinity) {
    const company = seats.flatMap((other) =>
      (on.get(other.name) ?? []).filter((neighbour) => means(term, neighbour, doubt)).map(() => other),
    );
    const isFirst = company.length === 0 && means(term, pod, false) && domainOf(seat, term.topologyKey) !== undefined;
    if (isFirst || company.some((other) => share(seat, other, term.topologyKey, doubt))) continue;
    return `no pod that it needs beside it by ${term.topologyKey}`;
  }
  return null;
}

function skewed(pod: PlacedPod, seat: Seat, positions: Positions): string | null {
  const broken = pod.scheduling.spread.find((constraint) => !keepsSpread(pod, seat, constraint, positions));
  return broken ? `topology spread by ${broken.topologyKey} (maxSkew ${broken.maxSkew})` : null;
}

/**
 * The arithmetic of a spread constraint: pods that match, by domain, over the nodes that the pod's selector and affinity
 * allow. Nodes that are cordoned count as domains, as they do for the scheduler (nodeTaintsPolicy Ignore).
 */
function keepsSpread(pod: PlacedPod, seat: Seat, constraint: SpreadConstraint, positions: Positions): boolean {
  const { topologyKey, maxSkew, minDomains, selector } = constraint;
  const { seats, on, certainty } = positions;
  const domain = domainOf(seat, topologyKey);
  if (domain === undefined) return false;
  if (domain === null) return certainty === "possible";
  const counts = new Map<string, number>();
  for (const other of seats) {
    const where = domainOf(other, topologyKey);
    if (where === undefined || where === null || !isEligible(pod, other, constraint)) continue;
    const matching = (on.get(other.name) ?? []).filter((neighbour) => matches(selector, pod, neighbour)).length;
    counts.set(where, (counts.get(where) ?? 0) + matching);
  }
  // A node of an unknown domain may be an empty one of its own.
  const mayBeEmpty = certainty === "certain" && seats.some((other) => domainOf(other, topologyKey) === null);
  const fewest = counts.size < minDomains || mayBeEmpty ? 0 : Math.min(...counts.values());
  const self = selector !== null && isSelected(pod.labels, selector) ? 1 : 0;
  return (counts.get(domain) ?? 0) + self - fewest <= maxSkew;
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
