import { DrydockError, failureOfStatus, transient } from "../../domain/errors.ts";
import { throwIfMistake } from "../mistake.ts";

/** What of the SDK's RestError tells one failure from another. */
interface RestErrorLike {
  readonly message: string;
  readonly code?: string | undefined;
  readonly statusCode?: number | undefined;
  readonly response?: { readonly headers: { get(name: string): string | undefined } } | undefined;
}

/**
 * Translates what an Azure SDK threw into Drydock's error: what was asked of which resource, what came back, and whether
 * waiting helps. A mistake of our own is thrown as it is: no retry cures it.
 *
 * @param asked what was asked, as in `list the node pools of prod-weu`
 */
export function azureFailure(error: unknown, asked: string): DrydockError {
  if (error instanceof DrydockError) return error;
  throwIfMistake(error);
  const { message, code = "", statusCode, response } = (error ?? {}) as RestErrorLike;
  const text = firstLine(message ?? String(error));
  if (statusCode === undefined) {
    return new DrydockError(transient("Unreachable", `could not ${asked}: ${text}`), { cause: error });
  }
  const requestId = response?.headers.get("x-ms-request-id");
  const detail = `could not ${asked}: ${statusCode} ${code}: ${text}${requestId ? ` (request ${requestId})` : ""}`;
  return new DrydockError(
    failureOfStatus(statusCode, code, detail, retryAfterSeconds(response?.headers.get("retry-after"))),
    { cause: error },
  );
}

/** Reads a Retry-After header, which holds seconds or a date (RFC 9110, 10.2.3). */
export function retryAfterSeconds(header: string | undefined): number | null {
  if (header === undefined || header === "") return null;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : null;
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim();
}
