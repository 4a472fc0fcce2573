/** Waits between attempts, in seconds, and from then on the last (Event Grid message delivery and retry). */
const BACK_OFF_SECONDS = [10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600];
const LATER_SECONDS = 43_200;
/** Answers of a webhook after which Event Grid does not try again. */
const FINAL_STATUSES: readonly number[] = [400, 401, 403, 413];
/** The statuses that count as delivered; no other 2xx does. */
const SUCCESS_STATUSES: readonly number[] = [200, 201, 202, 203, 204];
/** The least wait after some answers, in seconds. */
const LEAST_SECONDS: Readonly<Record<number, number>> = { 404: 300, 408: 120, 503: 30 };
/** Event Grid spreads retries a little; by at most this share. */
const JITTER = 0.1;

/** What a webhook's answer means for the delivery. `status` undefined: it gave none. */
export function outcomeOf(status: number | undefined): "delivered" | "final" | "retry" {
  if (status === undefined) return "retry";
  if (SUCCESS_STATUSES.includes(status)) return "delivered";
  return FINAL_STATUSES.includes(status) ? "final" : "retry";
}

/**
 * Seconds to wait after a failed attempt.
 * @param attempts how many have been made, at least 1
 * @param chance in [0, 1), spreads the wait
 */
export function retryAfterSeconds(attempts: number, status: number | undefined, chance: number): number {
  const planned = BACK_OFF_SECONDS[attempts - 1] ?? LATER_SECONDS;
  const least = status === undefined ? 0 : (LEAST_SECONDS[status] ?? 0);
  return Math.max(planned, least) * (1 + JITTER * chance);
}

const OUTCOMES: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  408: "TimedOut",
  413: "PayloadTooLarge",
  429: "Busy",
  503: "Busy",
};

/** The name that a dead letter gives to what its last attempt came to. */
export function outcomeName(status: number | undefined): string {
  if (status === undefined) return "SocketError";
  return OUTCOMES[status] ?? "GenericError";
}
