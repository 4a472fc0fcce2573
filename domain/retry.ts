import type { Failure } from "./errors.ts";

/** How often and how long a step is tried. */
export interface RetryPolicy {
  readonly attempts: number;
  readonly firstDelaySeconds: number;
  readonly factor: number;
  readonly maxDelaySeconds: number;
}

/** The one policy for calls to Azure, Kubernetes and Teams: nine tries within about a quarter of an hour. */
export const DEFAULT_RETRY: RetryPolicy = { attempts: 9, firstDelaySeconds: 5, factor: 2, maxDelaySeconds: 300 };

/** Try again after a wait, or give up. */
export type RetryDecision = { readonly retry: true; readonly delaySeconds: number } | { readonly retry: false };

/**
 * Decides after a failed attempt (counted from 1). Only transient failures are tried again; a wait that the other side asks
 * for is honoured even beyond the policy's longest.
 */
export function decideRetry(policy: RetryPolicy, attempt: number, failure: Failure): RetryDecision {
  if (failure.class !== "transient" || attempt >= policy.attempts) return { retry: false };
  const backoff = Math.min(policy.firstDelaySeconds * policy.factor ** (attempt - 1), policy.maxDelaySeconds);
  return { retry: true, delaySeconds: Math.max(backoff, failure.retryAfterSeconds ?? 0) };
}
