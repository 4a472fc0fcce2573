/** A version of an API that a Kubernetes minor stops serving. */
export interface RemovedApi {
  readonly groupVersion: string;
  readonly kinds: readonly string[];
  /** First minor that does not serve it. */
  readonly removedIn: string;
}

/**
 * What Kubernetes stops serving, by release (kubernetes.io/docs/reference/using-api/deprecation-guide). Clusters older than
 * 1.25 have been out of every support plan for long, so the table begins there.
 */
export const REMOVED_APIS: readonly RemovedApi[] = [
  { groupVersion: "batch/v1beta1", kinds: ["CronJob"], removedIn: "1.25" },
  { groupVersion: "discovery.k8s.io/v1beta1", kinds: ["EndpointSlice"], removedIn: "1.25" },
  { groupVersion: "events.k8s.io/v1beta1", kinds: ["Event"], removedIn: "1.25" },
  { groupVersion: "autoscaling/v2beta1", kinds: ["HorizontalPodAutoscaler"], removedIn: "1.25" },
  { groupVersion: "policy/v1beta1", kinds: ["PodDisruptionBudget", "PodSecurityPolicy"], removedIn: "1.25" },
  { groupVersion: "node.k8s.io/v1beta1", kinds: ["RuntimeClass"], removedIn: "1.25" },
  {
    groupVersion: "flowcontrol.apiserver.k8s.io/v1beta1",
    kinds: ["FlowSchema", "PriorityLevelConfiguration"],
    removedIn: "1.26",
  },
  { groupVersion: "autoscaling/v2beta2", kinds: ["HorizontalPodAutoscaler"], removedIn: "1.26" },
  { groupVersion: "storage.k8s.io/v1beta1", kinds: ["CSIStorageCapacity"], removedIn: "1.27" },
  {
    groupVersion: "flowcontrol.apiserver.k8s.io/v1beta2",
    kinds: ["FlowSchema", "PriorityLevelConfiguration"],
    removedIn: "1.29",
  },
  {
    groupVersion: "flowcontrol.apiserver.k8s.io/v1beta3",
    kinds: ["FlowSchema", "PriorityLevelConfiguration"],
    removedIn: "1.32",
  },
];

/** The minor that stops serving a kind in a version of its API; null when none is known to. */
export function removalOf(groupVersion: string, kind: string): string | null {
  return REMOVED_APIS.find((api) => api.groupVersion === groupVersion && api.kinds.includes(kind))?.removedIn ?? null;
}
