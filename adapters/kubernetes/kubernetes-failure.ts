import { DrydockError, failureOfStatus, transient } from "../../domain/errors.ts";
import { retryAfterSeconds } from "../azure/azure-failure.ts";
import { throwIfMistake } from "../mistake.ts";

/** What of the official client's ApiException is used. */
interface ApiExceptionLike {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a Kubernetes API server says when it refuses (metav1.Status). */
export interface ApiStatus {
  readonly reason: string;
  readonly message: string;
  readonly causes: ReadonlyArray<{ readonly reason: string; readonly message: string }>;
}

/** The HTTP status of a refusal; undefined when there was no answer. */
export function statusCodeOf(error: unknown): number | undefined {
  const { code, statusCode } = (error ?? {}) as ApiExceptionLike;
  return [code, statusCode].find((value): value is number => typeof value === "number");
}

/** Reads the Status object of a refusal; the official client hands it over parsed or as text. */
export function apiStatusOf(error: unknown): ApiStatus {
  const { body, message } = (error ?? {}) as ApiExceptionLike;
  const status = asObject(typeof body === "string" ? parseJson(body) : body);
  const causes = asObject(status.details).causes;
  return {
    reason: String(status.reason ?? ""),
    message: String(status.message ?? message ?? error).split("\n")[0] ?? "",
    causes: (Array.isArray(causes) ? causes : []).map((cause: unknown) => ({
      reason: String(asObject(cause).reason ?? ""),
      message: String(asObject(cause).message ?? ""),
    })),
  };
}

/**
 * Translates what the official client threw; a mistake of our own is thrown as it is.
 *
 * @param asked as in `list the pods of prod-weu`
 */
export function kubernetesFailure(error: unknown, asked: string): DrydockError {
  if (error instanceof DrydockError) return error;
  throwIfMistake(error);
  const code = statusCodeOf(error);
  const { reason, message } = apiStatusOf(error);
  if (code === undefined) {
    return new DrydockError(transient("Unreachable", `could not ${asked}: ${message}`), { cause: error });
  }
  const { headers = {} } = (error ?? {}) as ApiExceptionLike;
  return new DrydockError(
    failureOfStatus(
      code,
      reason,
      `could not ${asked}: ${code} ${reason}: ${message}`,
      retryAfterSeconds(headers["retry-after"]),
    ),
    { cause: error },
  );
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
