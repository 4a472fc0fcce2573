import type { PodFacts } from "./facts.ts";

/** Why a pod is still on its node. Codes are API. */
export type BlockerCode =
  | "PodDisruptionBudgetBlocks"
  | "TwoBudgets"
  | "BarePod"
  | "EmptyDirData"
  | "DaemonSetPod"
  | "Terminating"
  | "StuckTerminating"
  | "EvictionRefused"
  | "EvictionForbidden"
  | "NamespaceTerminating"
  | "OnHold"
  | "WaitsForCompletion"
  | "WaitsForOrder";

/** What a drain does with a pod: leave it, evict it, let it be until something happens, or stop at it. */
export type PodVerdict =
  | { readonly kind: "leave"; readonly reason: "finished" | "mirror" | "daemonset" | "terminating" | "policy" }
  /** Pods of a lower order go first; without one it is 0. */
  | { readonly kind: "evict"; readonly order?: number }
  | {
      readonly kind: "hold";
      readonly code: "OnHold" | "WaitsForCompletion";
      readonly message: string;
      /** When the hold is over by itself, ISO 8601; null when only the pod can end it. */
      readonly until: string | null;
      readonly order?: number;
    }
  | {
      readonly kind: "refuse";
      readonly code: "BarePod" | "EmptyDirData" | "DaemonSetPod";
      readonly message: string;
    };

/** Says what to do with a pod. */
export type PodJudge = (pod: PodFacts) => PodVerdict;
