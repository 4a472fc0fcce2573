import type { LabelSelector, SelectorRequirement } from "../../drain/facts.ts";

/** Amounts by resource name: `cpu` in millicores, everything else in its own unit (bytes, pieces). */
export type Resources = Readonly<Record<string, number>>;

/** What keeps pods off a node, but for those that tolerate it. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** What a pod tolerates; null stands for all keys, all effects. */
export interface Toleration {
  readonly key: string | null;
  readonly operator: "Equal" | "Exists";
  readonly value: string;
  readonly effect: string | null;
}

/** One alternative of a required node affinity: everything in it must be met. */
export interface NodeTerm {
  readonly labels: readonly SelectorRequirement[];
  /** Requirements on the node itself; Kubernetes knows `metadata.name` only. */
  readonly fields: readonly SelectorRequirement[];
}

/** A required term of pod affinity or anti-affinity. */
export interface PodTerm {
  /** Null selects no pod. */
  readonly selector: LabelSelector | null;
  /** Namespaces of the pods meant; `all` for every one. */
  readonly namespaces: readonly string[] | "all";
  /** Whether there may be more namespaces than named, since they are chosen by labels of theirs. */
  readonly mayMeanMore: boolean;
  readonly topologyKey: string;
}

/** A topology spread constraint that forbids (DoNotSchedule). */
export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: LabelSelector | null;
  /** Whether nodes whose taints the pod does not tolerate count as domains; Kubernetes' default is that they do. */
  readonly countsTaintedNodes: boolean;
}

/** What the scheduler asks of a pod. */
export interface SchedulingFacts {
  readonly requests: Resources;
  readonly tolerations: readonly Toleration[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Alternatives of the required node affinity; null without one, and an empty list can never be met. */
  readonly nodeTerms: readonly NodeTerm[] | null;
  readonly affinity: readonly PodTerm[];
  readonly antiAffinity: readonly PodTerm[];
  readonly spread: readonly SpreadConstraint[];
  /** Names of the PersistentVolumeClaims in its namespace. */
  readonly claims: readonly string[];
  /** Ports of the host, as `8080/TCP`. */
  readonly hostPorts: readonly string[];
  /** Folders of the host that it mounts. */
  readonly hostPaths: readonly string[];
}

/** A pod as the placement sees it. */
export interface PlacedPod {
  readonly namespace: string;
  readonly name: string;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly scheduling: SchedulingFacts;
}

/** A node as the placement sees it. */
export interface NodeCapacity {
  readonly name: string;
  readonly pool: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly allocatable: Resources;
  /** What the machine has in all. */
  readonly capacity: Resources;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly kubeletVersion: string;
}

/** A bound PersistentVolume: whose it is, and which nodes reach it. */
export interface VolumeFacts {
  readonly name: string;
  /** namespace/name of its claim. */
  readonly claim: string;
  /** Alternatives, one of which a node must meet; null when every node reaches it. */
  readonly nodeTerms: readonly NodeTerm[] | null;
}
