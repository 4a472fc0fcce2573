import type { FailureDetails } from "./history.ts";
import { failureDetails as cutDetails } from "./lifecycle.ts";

/** What is kept of an error that a function threw. */
export interface FunctionFailure {
  readonly message: string;
  readonly details: string;
  readonly failureDetails?: FailureDetails;
}

/**
 * Reads an error. Apps that call `df.app.setExceptionPropertiesProvider` throw errors whose message is a JSON text with the
 * error's type and properties; these become FailureDetails, as on hosts that know them.
 */
export function readFunctionFailure(error: unknown): FunctionFailure {
  if (!(error instanceof Error)) return { message: String(error), details: "" };
  const details = cutDetails(error.stack ?? "");
  const parsed = parseProvided(error.message);
  if (!parsed) return { message: error.message, details };
  const { errorType, errorMessage, isNonRetriable, properties } = parsed;
  return {
    message: errorMessage,
    details,
    failureDetails: {
      ErrorType: errorType,
      ErrorMessage: errorMessage,
      StackTrace: details,
      InnerFailure: null,
      IsNonRetriable: isNonRetriable,
      ...(properties ? { Properties: properties } : {}),
    },
  };
}

interface Provided {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly isNonRetriable: boolean;
  readonly properties: Readonly<Record<string, unknown>> | undefined;
}

function parseProvided(message: string): Provided | undefined {
  if (!message.startsWith('{"')) return undefined;
  try {
    const value = JSON.parse(message) as Record<string, unknown>;
    const { errorType, errorMessage, isNonRetriable, properties } = value;
    if (typeof errorType !== "string" || typeof errorMessage !== "string" || typeof isNonRetriable !== "boolean")
      return undefined;
    const isRecord = typeof properties === "object" && properties !== null;
    return {
      errorType,
      errorMessage,
      isNonRetriable,
      properties: isRecord ? (properties as Record<string, unknown>) : undefined,
    };
  } catch {
    return undefined;
  }
}
