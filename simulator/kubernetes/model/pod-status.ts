import type { Condition, Pod, PodStatus } from "./objects.ts";
import { withCondition } from "./pod-state.ts";

type ContainerStatuses = NonNullable<PodStatus["containerStatuses"]>;
type State = NonNullable<ContainerStatuses[number]["state"]>;

const UP = ["Initialized", "Ready", "ContainersReady"] as const;
const SERVING = ["Ready", "ContainersReady"] as const;

/** Conditions with Ready and ContainersReady false for a reason. */
export function notReady(pod: Pod, reason: string, now: string): Condition[] {
  return SERVING.reduce<Condition[]>(
    (conditions, type) => withCondition(conditions, { type, status: "False", reason }, now),
    [...(pod.status?.conditions ?? [])],
  );
}

/** Conditions with everything true that is true of a pod that serves. */
export function allReady(pod: Pod, now: string): Condition[] {
  return UP.reduce<Condition[]>(
    (conditions, type) => withCondition(conditions, { type, status: "True" }, now),
    [...(pod.status?.conditions ?? [])],
  );
}

/** The statuses of a pod's containers, all in one state; what is known of restarts is kept. */
export function containerStatuses(
  pod: Pod,
  { ready, state, restarted = false }: { readonly ready: boolean; readonly state: State; readonly restarted?: boolean },
): ContainerStatuses {
  const known = pod.status?.containerStatuses ?? [];
  return pod.spec.containers.map(({ name, image = "" }) => ({
    name,
    image,
    imageID: image,
    ready,
    started: state.running !== undefined,
    restartCount: (known.find((status) => status.name === name)?.restartCount ?? 0) + (restarted ? 1 : 0),
    state,
  }));
}

const settled = new WeakMap<object, { readonly now: string; readonly statuses: ContainerStatuses }>();
let settledConditions: { readonly now: string; readonly conditions: Condition[] } | undefined;

/**
 * The status of a pod that has long been serving. Pods of one template that were made at one instant share all but their
 * addresses: most of what a thousand clusters hold is this.
 */
export function longServing(pod: Pod, now: string, hostIP: string, podIP: string): PodStatus {
  const { containers } = pod.spec;
  let own = settled.get(containers);
  if (own?.now !== now) {
    own = { now, statuses: containerStatuses(pod, { ready: true, state: { running: { startedAt: now } } }) };
    settled.set(containers, own);
  }
  if (settledConditions?.now !== now) {
    const types = ["PodScheduled", ...UP];
    const conditions = types.map((type) => ({ type, status: "True", lastTransitionTime: now }));
    settledConditions = { now, conditions };
  }
  return {
    phase: "Running",
    startTime: now,
    conditions: settledConditions.conditions,
    hostIP,
    podIP,
    containerStatuses: own.statuses,
  };
}
