import type { SelectorRequirement } from "../../drain/facts.ts";
import type { NodeTerm, PlacedPod, Taint, Toleration, VolumeFacts } from "./scheduling-facts.ts";

/**
 * How a question is answered about a node that is not there yet and of which not everything is known: `certain` says yes
 * only when it is so in any case, `possible` says no only when it cannot be.
 */
export type Certainty = "certain" | "possible";

/** A node that pods may go to: one of today's, or one that the upgrade will make. */
export interface Seat {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels that it will have with a value that nobody knows yet, or may not have at all. */
  readonly unknownLabels: ReadonlySet<string>;
  readonly taints: readonly Taint[];
  readonly unschedulable: boolean;
}

const UNSCHEDULABLE: Taint = { key: "node.kubernetes.io/unschedulable", value: "", effect: "NoSchedule" };

/**
 * Why a pod may not go to a node, by what is said of these two and the pod's volumes alone; null when it may. Words as the
 * scheduler's own, so that they are found in its events.
 */
export function staticObstacle(
  pod: PlacedPod,
  seat: Seat,
  volumes: readonly VolumeFacts[],
  certainty: Certainty,
): string | null {
  const { tolerations } = pod.scheduling;
  if (seat.unschedulable && !tolerates(tolerations, UNSCHEDULABLE)) return "unschedulable";
  const taint = seat.taints.find(({ effect, ...rest }) => {
    return effect !== "PreferNoSchedule" && !tolerates(tolerations, { effect, ...rest });
  });
  if (taint) return `has untolerated taint ${taint.key}${taint.value === "" ? "" : `=${taint.value}`}:${taint.effect}`;
  const wanted = missingLabel(pod, seat, certainty);
  if (wanted !== null) return wanted;
  for (const volume of volumes) {
    if (!meetsOneTerm(volume.nodeTerms, seat, certainty)) return `does not reach volume ${volume.name}`;
  }
  return null;
}

function missingLabel({ scheduling }: PlacedPod, seat: Seat, certainty: Certainty): string | null {
  const selected = Object.entries(scheduling.nodeSelector).find(
    ([key, value]) => !meetsLabel({ key, operator: "In", values: [value] }, seat, certainty),
  );
  if (selected) return `does not have label ${selected[0]}=${selected[1]}`;
  if (meetsOneTerm(scheduling.nodeTerms, seat, certainty)) return null;
  return `does not match node affinity ${describeTerms(scheduling.nodeTerms ?? [])}`;
}

/** Node selector terms as people read them. */
export function describeTerms(terms: readonly NodeTerm[]): string {
  const requirement = ({ key, operator, values }: SelectorRequirement) =>
    `${key} ${operator}${values.length === 0 ? "" : ` [${values.join(", ")}]`}`;
  return terms.map(({ labels, fields }) => [...labels, ...fields].map(requirement).join(" and ")).join(" or ");
}

/** Whether a taint is tolerated (kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration). */
export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  return tolerations.some(
    ({ key, operator, value, effect }) =>
      (effect === null || effect === taint.effect) &&
      (key === null ? operator === "Exists" : key === taint.key) &&
      (operator === "Exists" || value === taint.value),
  );
}

/** Whether a node meets one of a list of terms; null asks nothing, an empty list and an empty term match no node. */
export function meetsOneTerm(terms: readonly NodeTerm[] | null, seat: Seat, certainty: Certainty): boolean {
  if (terms === null) return true;
  return terms.some(({ labels, fields }) => {
    if (labels.length + fields.length === 0) return false;
    return (
      labels.every((requirement) => meetsLabel(requirement, seat, certainty)) &&
      fields.every((requirement) => meets(requirement, seat.name))
    );
  });
}

function meetsLabel(requirement: SelectorRequirement, seat: Seat, certainty: Certainty): boolean {
  if (seat.unknownLabels.has(requirement.key)) return certainty === "possible";
  return meets(requirement, seat.labels[requirement.key]);
}

/** An operator that is not known is taken as not met: such a pod is not said to fit. */
function meets({ operator, values }: SelectorRequirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
      return value !== undefined && Number(value) > Number(values[0]);
    case "Lt":
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
