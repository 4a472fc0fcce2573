import { DrydockError, failureOfStatus } from "../../../domain/errors.ts";
import { type StatusObject, statusShape } from "./object-shapes.ts";
import type { ApiAnswer } from "./transport.ts";

/** Reads the Status of a refusal; an answer that is none is a Status without words. */
export function statusOf({ text }: ApiAnswer): StatusObject {
  try {
    const read = statusShape.safeParse(JSON.parse(text));
    return read.success ? read.data : {};
  } catch {
    return {};
  }
}

/**
 * What an API server refused, as an error: "could not list the pods of node n1: 403 Forbidden: ...".
 *
 * @param asked as in `list the pods of node n1`
 */
export function refusal(answer: ApiAnswer, asked: string): DrydockError {
  const { reason = "", message, details } = statusOf(answer);
  const said = message ?? answer.text.split("\n")[0]?.slice(0, 200) ?? "";
  const retryAfterSeconds = answer.retryAfterSeconds ?? details?.retryAfterSeconds ?? null;
  return new DrydockError(
    failureOfStatus(
      answer.status,
      reason,
      `could not ${asked}: ${answer.status} ${reason}: ${said}`,
      retryAfterSeconds,
    ),
  );
}
