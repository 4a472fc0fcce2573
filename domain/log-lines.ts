/**
 * Lines of the log that alert rules look for (infra/modules/alerts.bicep); a test holds the two together. Their beginnings are
 * API once released: people have queries of their own.
 */

/** How a run ended, once for every run. */
export function runEndedLine(runId: string, verdict: string): string {
  return `run ${runId} ended: ${verdict}`;
}

/** The card of a run that ended could not be delivered. */
export function cardUndeliveredLine(runId: string, reason: string): string {
  return `run ${runId} was not told: ${reason}`;
}

/** An event could not be handled. */
export function deadLetterLine(letter: {
  readonly eventId: string;
  readonly code: string;
  readonly reason: string;
}): string {
  return `event ${letter.eventId || "(no id)"} is a dead letter: ${letter.code}: ${letter.reason}`;
}
