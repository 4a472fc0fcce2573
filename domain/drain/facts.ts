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
  readonly labels: Readonly<Record<string, string>>;
  /** Its controller, resolved to what people name: the Deployment, not its ReplicaSet. */
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
  readonly selector: {
    readonly matchLabels: Readonly<Record<string, string>>;
    readonly matchExpressions: readonly SelectorRequirement[];
  } | null;
  readonly minAvailable: string | number | null;
  readonly maxUnavailable: string | number | null;
  readonly unhealthyPodEvictionPolicy: "IfHealthyBudget" | "AlwaysAllow";
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
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

/** The budgets that guard a pod. */
export function budgetsOf(pod: PodFacts, budgets: readonly BudgetFacts[]): BudgetFacts[] {
  return budgets.filter((budget) => {
    if (budget.namespace !== pod.namespace || budget.selector === null) return false;
    const { matchLabels, matchExpressions } = budget.selector;
    return (
      Object.entries(matchLabels).every(([key, value]) => pod.labels[key] === value) &&
      matchExpressions.every((requirement) => meets(pod.labels, requirement))
    );
  });
}
