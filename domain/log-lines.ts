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

/** A monthly restore test has not begun for days after it was due. */
export function restoreTestOverdueLine(cluster: string, dueSince: string): string {
  return `the restore test of ${cluster} is overdue since ${dueSince}`;
}

/** The janitor has found what runs left behind. */
export function leftoversLine({ begun, refused }: { readonly begun: number; readonly refused: number }): string {
  return `the janitor found ${begun + refused} leftover(s): ${begun} are being deleted, ${refused} could not be`;
}
