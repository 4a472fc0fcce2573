import type { BlockerCode } from "../../../domain/drain/pod-verdict.ts";
import { statusOf } from "./api-failure.ts";
import type { ApiAnswer } from "./transport.ts";

/** What the eviction API answered: the pod goes, is gone already, stays for a reason, or the question must be put again. */
export type EvictionOutcome =
  | { readonly kind: "evicted" }
  | { readonly kind: "gone" }
  | { readonly kind: "budget"; readonly message: string; readonly retryAfterSeconds: number | null }
  | { readonly kind: "throttled"; readonly message: string; readonly retryAfterSeconds: number | null }
  | {
      readonly kind: "refused";
      readonly code: BlockerCode;
      readonly message: string;
      readonly permanent: boolean;
      readonly retryAfterSeconds: number | null;
    };

/**
 * Tells the answers of the eviction API apart, and those of a DELETE with a UID as precondition (policy/v1 Eviction, observed
 * on kube-apiserver 1.36): a budget's refusal is a 429 with a DisruptionBudget cause, a 429 without it is the server's own
 * throttling; two budgets on a pod are a 500; a namespace that is going makes a 403 with a cause of its own.
 */
export function evictionOutcome(answer: ApiAnswer): EvictionOutcome {
  if (answer.status < 300) return { kind: "evicted" };
  const { message = `HTTP ${answer.status}`, details } = statusOf(answer);
  const retryAfterSeconds = answer.retryAfterSeconds ?? details?.retryAfterSeconds ?? null;
  const cause = (reason: string) => details?.causes?.find((candidate) => candidate.reason === reason);
  const refused = (code: BlockerCode, permanent: boolean): EvictionOutcome => ({
    kind: "refused",
    code,
    message,
    permanent,
    retryAfterSeconds,
  });
  switch (answer.status) {
    case 404:
      return { kind: "gone" };
    case 409:
      // Another pod carries the name now; any other conflict passes.
      return /UID in the precondition/.test(message) ? { kind: "gone" } : refused("EvictionRefused", false);
    case 429: {
      const budget = cause("DisruptionBudget");
      return budget
        ? { kind: "budget", message: budget.message || message, retryAfterSeconds }
        : { kind: "throttled", message, retryAfterSeconds };
    }
    case 502:
    case 503:
    case 504:
      // Nobody has looked at the question: this is about the server, not about the pod.
      return { kind: "throttled", message, retryAfterSeconds };
    case 403:
      return cause("NamespaceTerminating")
        ? refused("NamespaceTerminating", false)
        : refused("EvictionForbidden", true);
    case 500:
      return /more than one PodDisruptionBudget/.test(message)
        ? refused("TwoBudgets", true)
        : refused("EvictionRefused", false);
    default:
      return refused("EvictionRefused", answer.status < 500 && answer.status !== 408);
  }
}
