/** What an adapter's error was. Codes are API: reports and alerts name them. */
export type ErrorCode =
  | "Throttled"
  | "Conflict"
  | "NotFound"
  | "Denied"
  | "Invalid"
  | "QuotaExceeded"
  | "DrainBlocked"
  | "OperationFailed"
  | "Unreachable";

/** What must happen next: wait and try again, stop this step, or ask a person. */
export type ErrorClass = "transient" | "terminal" | "needs-person";

/** An error as data: what crosses from an activity to its orchestration. */
export interface Failure {
  readonly class: ErrorClass;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
}

/** An expected failure of something outside. Adapters translate once, at the edge; anything else is a bug. */
export class DrydockError extends Error {
  override readonly name = "DrydockError";
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.failure = failure;
  }
}

/** A failure that waiting may cure. */
export function transient(code: ErrorCode, message: string, retryAfterSeconds: number | null = null): Failure {
  return { class: "transient", code, message, retryAfterSeconds };
}

/** A failure that trying again will not cure. */
export function terminal(code: ErrorCode, message: string): Failure {
  return { class: "terminal", code, message, retryAfterSeconds: null };
}

/**
 * Tells what must happen after an HTTP status. 408, 425, 429 and 5xx pass; 409 passes once the other operation ends; 401
 * and 403 need somebody who grants the right; the rest will not change by itself.
 */
export function failureOfStatus(
  status: number,
  code: string,
  message: string,
  retryAfterSeconds: number | null,
): Failure {
  if (/quota/i.test(code)) return terminal("QuotaExceeded", message);
  if (status === 429) return transient("Throttled", message, retryAfterSeconds);
  if (status === 408 || status === 425 || status >= 500) return transient("Unreachable", message, retryAfterSeconds);
  if (status === 409 || status === 412) return transient("Conflict", message, retryAfterSeconds);
  if (status === 404) return terminal("NotFound", message);
  if (status === 401 || status === 403)
    return { class: "needs-person", code: "Denied", message, retryAfterSeconds: null };
  return terminal("Invalid", message);
}
