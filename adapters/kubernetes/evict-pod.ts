import type { CoreV1Api } from "@kubernetes/client-node";
import type { PodFacts } from "../../domain/drain/facts.ts";
import type { BlockerCode } from "../../domain/drain/plan-evictions.ts";
import { apiStatusOf, statusCodeOf } from "./kubernetes-failure.ts";

/** What the eviction API answered: the pod goes, is gone already, or stays for a reason. */
export type EvictionOutcome =
  | { readonly kind: "evicted" }
  | { readonly kind: "gone" }
  | { readonly kind: "refused"; readonly code: BlockerCode; readonly message: string };

/**
 * Asks for one pod's eviction, with its UID as a precondition: a StatefulSet's next pod of the same name is never hit. The
 * API server alone says whether budgets allow it. Throws what the client throws when the answer is about the call and not
 * about the pod (policy/v1 Eviction; observed answers: throttling is a 429 without a DisruptionBudget cause).
 */
export async function evictPod(core: CoreV1Api, pod: PodFacts): Promise<EvictionOutcome> {
  const { namespace, name, uid } = pod;
  try {
    await core.createNamespacedPodEviction({
      namespace,
      name,
      body: { metadata: { namespace, name }, deleteOptions: { preconditions: { uid } } },
    });
    return { kind: "evicted" };
  } catch (error) {
    const outcome = outcomeOf(error);
    if (outcome) return outcome;
    throw error;
  }
}

function outcomeOf(error: unknown): EvictionOutcome | undefined {
  const { message, causes } = apiStatusOf(error);
  const cause = (reason: string) => causes.find((candidate) => candidate.reason === reason);
  switch (statusCodeOf(error)) {
    case 404:
    case 409:
      // Another pod carries the name now (the UID differs), or none does.
      return { kind: "gone" };
    case 429: {
      const budget = cause("DisruptionBudget");
      return budget && { kind: "refused", code: "PodDisruptionBudgetBlocks", message: budget.message || message };
    }
    case 403:
      return cause("NamespaceTerminating") && { kind: "refused", code: "NamespaceTerminating", message };
    case 500:
      // More than one budget guards the pod; the API answers 500 and gives no reason.
      return /PodDisruptionBudget/.test(message) ? { kind: "refused", code: "TwoBudgets", message } : undefined;
    default:
      return undefined;
  }
}
