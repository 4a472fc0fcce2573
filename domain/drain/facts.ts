/** What a drain needs to know of a pod. Instants are ISO 8601. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly nodeName: string;
  readonly phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly ready: boolean;
  /** When it is to be gone at the latest; null while nobody deletes it. */
  readonly deletionAt: string | null;
  /** Since when it is being deleted; null while nobody deletes it. */
  readonly terminatingSince: string | null;
  /** What keeps it in the API after its containers have ended. */
  readonly finalizers: readonly string[];
  /** Until when its application asks to be left alone, as it says it (`drydock.dev/hold-until`); null without a wish. */
  readonly holdUntil: string | null;
  readonly labels: Readonly<Record<string, string>>;
  /** Its controller, resolved to what people name: the Deployment, not its ReplicaSet. A DaemonSet is Kubernetes' own. */
  readonly owner: { readonly kind: string; readonly name: string } | null;
  readonly isMirror: boolean;
  readonly hasEmptyDir: boolean;
  readonly graceSeconds: number;
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** One requirement of a label selector. */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
}

/** What a drain needs to know of a PodDisruptionBudget. */
export interface BudgetFacts {
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** An empty selector selects every pod of the namespace; null selects none. */
  readonly selector: LabelSelector | null;
  readonly minAvailable: string | number | null;
  readonly maxUnavailable: string | number | null;
  readonly unhealthyPodEvictionPolicy: "IfHealthyBudget" | "AlwaysAllow";
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
  /** Pods whose disruption is granted and counted, and that the controller has not yet seen go. */
  readonly disruptedPods: readonly string[];
  /** Whether the controller has seen the latest specification; an older status says nothing. */
  readonly isCurrent: boolean;
}

/** namespace/name, as kubectl writes it. */
export function podKey(pod: Pick<PodFacts, "namespace" | "name">): string {
  return `${pod.namespace}/${pod.name}`;
}

function meets(labels: Readonly<Record<string, string>>, { key, operator, values }: SelectorRequirement): boolean {
  const value = labels[key];
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      // An operator that is not known might select the pod: the budget counts as its own (fail closed).
      return true;
  }
}

/** Labels and requirements that must all be met; empty, it selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly SelectorRequirement[];
}

/** Whether labels are what a selector asks for. */
export function isSelected(labels: Readonly<Record<string, string>>, selector: LabelSelector): boolean {
  return (
    Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value) &&
    selector.matchExpressions.every((requirement) => meets(labels, requirement))
  );
}

/** The budgets that guard a pod. */
export function budgetsOf(pod: Pick<PodFacts, "namespace" | "labels">, budgets: readonly BudgetFacts[]): BudgetFacts[] {
  return budgets.filter(
    ({ namespace, selector }) => namespace === pod.namespace && selector !== null && isSelected(pod.labels, selector),
  );
}
