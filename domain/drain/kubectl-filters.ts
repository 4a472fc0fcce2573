import { type PodFacts, podKey } from "./facts.ts";
import type { PodVerdict } from "./pod-verdict.ts";

/** The flags of `kubectl drain` that say what may go. */
export interface DrainConsent {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  /** Pods that have been due to be gone for longer are not waited for; 0 waits for all. */
  readonly skipWaitForDeleteSeconds: number;
}

/** What a filter looks at beside the pod. */
export interface FilterFacts {
  readonly consent: DrainConsent;
  readonly nowMs: number;
  /** DaemonSets, as namespace/name, that do not exist any more. */
  readonly missingDaemonSets: ReadonlySet<string>;
}

/** What is said of a pod beside the verdict: a warning before it goes or stays, or the objection to the drain. */
interface Remark {
  readonly kind: "warning" | "error";
  readonly text: string;
}

/** What one filter says of a pod; nothing where it is not concerned. */
interface Found {
  readonly verdict: PodVerdict;
  readonly remark?: Remark;
}

type Filter = (pod: PodFacts, facts: FilterFacts) => Found | undefined;

const isFinished = ({ phase }: PodFacts) => phase === "Succeeded" || phase === "Failed";

const skipDeleted: Filter = (pod, { consent, nowMs }) => {
  const seconds = consent.skipWaitForDeleteSeconds;
  if (seconds <= 0 || pod.deletionAt === null) return undefined;
  return Math.trunc((nowMs - Date.parse(pod.deletionAt)) / 1000) > seconds
    ? { verdict: { kind: "leave", reason: "terminating" } }
    : undefined;
};

const daemonSet: Filter = (pod, { consent, missingDaemonSets }) => {
  if (pod.owner?.kind !== "DaemonSet" || isFinished(pod)) return undefined;
  const { name } = pod.owner;
  if (missingDaemonSets.has(`${pod.namespace}/${name}`)) {
    const text = `daemonsets.apps "${name}" not found`;
    return consent.force
      ? { verdict: { kind: "evict" }, remark: { kind: "warning", text } }
      : { verdict: refuse("DaemonSetPod", text), remark: { kind: "error", text } };
  }
  if (!consent.ignoreDaemonSets) {
    const text = "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)";
    return { verdict: refuse("DaemonSetPod", text), remark: { kind: "error", text } };
  }
  return {
    verdict: { kind: "leave", reason: "daemonset" },
    remark: { kind: "warning", text: "ignoring DaemonSet-managed Pods" },
  };
};

const mirrorPod: Filter = (pod) => (pod.isMirror ? { verdict: { kind: "leave", reason: "mirror" } } : undefined);

const localStorage: Filter = (pod, { consent }) => {
  if (!pod.hasEmptyDir || isFinished(pod)) return undefined;
  if (consent.deleteEmptyDirData) {
    return { verdict: { kind: "evict" }, remark: { kind: "warning", text: "deleting Pods with local storage" } };
  }
  const text = "Pods with local storage (use --delete-emptydir-data to override)";
  return { verdict: refuse("EmptyDirData", text), remark: { kind: "error", text } };
};

const unmanaged: Filter = (pod, { consent }) => {
  if (pod.owner !== null || isFinished(pod)) return undefined;
  if (consent.force) {
    return {
      verdict: { kind: "evict" },
      remark: { kind: "warning", text: "deleting Pods that declare no controller" },
    };
  }
  const text = "Pods that declare no controller (use --force to override)";
  return { verdict: refuse("BarePod", text), remark: { kind: "error", text } };
};

/** All filters in kubectl's order (pkg/drain/filters.go); the first that does not let a pod go has the last word. */
const FILTERS: readonly Filter[] = [skipDeleted, daemonSet, mirrorPod, localStorage, unmanaged];

/** Judges a pod as `kubectl drain` does, in its words. Of several warnings each is kept, which kubectl does not do. */
export function filterPod(
  pod: PodFacts,
  facts: FilterFacts,
): { readonly verdict: PodVerdict; readonly remarks: readonly Remark[] } {
  const remarks: Remark[] = [];
  for (const filter of FILTERS) {
    const found = filter(pod, facts);
    if (found?.remark) remarks.push(found.remark);
    if (found && found.verdict.kind !== "evict") return { verdict: found.verdict, remarks };
  }
  return { verdict: { kind: "evict" }, remarks };
}

/** What `kubectl drain` would say of pods: a line for each objection and each warning, with the pods it is about. */
export function remarksOn(
  pods: readonly PodFacts[],
  facts: FilterFacts,
): { readonly errors: readonly string[]; readonly warnings: readonly string[] } {
  const byText = { error: new Map<string, string[]>(), warning: new Map<string, string[]>() };
  for (const pod of pods) {
    for (const { kind, text } of filterPod(pod, facts).remarks) {
      byText[kind].set(text, [...(byText[kind].get(text) ?? []), podKey(pod)]);
    }
  }
  const lines = (found: ReadonlyMap<string, readonly string[]>) =>
    [...found].map(([text, names]) => `${text}: ${names.join(", ")}`);
  return { errors: lines(byText.error).map((line) => `cannot delete ${line}`), warnings: lines(byText.warning) };
}

function refuse(code: "BarePod" | "EmptyDirData" | "DaemonSetPod", message: string): PodVerdict {
  return { kind: "refuse", code, message };
}
