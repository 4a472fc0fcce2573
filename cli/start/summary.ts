import type { RunView } from "../../domain/api/run-view.ts";
import { byGravity } from "../../domain/finding.ts";
import { printable } from "../view/fit-width.ts";
import { paint, type Tone } from "../view/paint.ts";

/** Findings that are named at the end; the rest is in the report. */
const SHOWN_FINDINGS = 10;

/** Where people go on from here. */
export interface Places {
  readonly hostUrl: string;
  readonly simulatorUrl: string;
  readonly keyFile: string;
  /** The function key, for links that open at once; undefined where output may be kept. */
  readonly consoleKey: string | undefined;
}

/** How a run ended: its verdict, its findings, its report. */
export function verdictLines(run: RunView, places: Places, isColoured: boolean): string[] {
  const verdict = run.verdict ?? run.status;
  const tone: Tone = verdict === "passed" ? "done" : verdict === "passed-with-warnings" ? "waiting" : "failed";
  const findings = byGravity(run.findings).filter(({ severity }) => severity !== "info");
  const shown = findings.slice(0, SHOWN_FINDINGS).map(({ severity, code, subject, message, remedy }) => {
    return printable(`  ${severity} ${code} ${subject}: ${message} ${remedy}`);
  });
  const key = places.consoleKey === undefined ? "" : `&code=${places.consoleKey}`;
  const more = findings.length - shown.length;
  return [
    `Verdict: ${paint(verdict, tone, isColoured)}`,
    ...shown,
    ...(more > 0 ? [`  and ${more} more findings in the report`] : []),
    `Report:  ${places.hostUrl}/api/v1/runs/${run.id}/report?format=markdown${key}`,
  ];
}

/** What a run asks that nobody is there to answer, what it found, and how to go on. */
export function questionLines(run: RunView, isColoured: boolean): string[] {
  return run.gates.flatMap(({ id, question, evidence, options, unanswered, expiresAt }) => [
    `Waiting: ${paint(printable(question), "waiting", isColoured)}`,
    ...evidence.map((line) => printable(`  ${line}`)),
    `To go on: npm start, and beside it ${options.map((option) => `npx drydock ${option} ${run.id} --gate ${id}`).join(" or ")}`,
    `Without an answer until ${expiresAt}, ${unanswered}.`,
  ]);
}

/** The URLs of everything that stays up. */
export function placeLines({ hostUrl, simulatorUrl, keyFile, consoleKey }: Places): string[] {
  return [
    `Console:     ${hostUrl}/console${consoleKey === undefined ? "" : `#code=${consoleKey}`}`,
    `API:         ${hostUrl}/api/v1`,
    `Teams inbox: ${simulatorUrl}/teams`,
    `Key:         "host.default" in ${keyFile}, as header x-functions-key`,
  ];
}
