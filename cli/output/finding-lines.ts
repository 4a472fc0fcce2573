import type { Finding, Severity } from "../../domain/finding.ts";
import { printable } from "../view/fit-width.ts";
import { paint, type Tone } from "../view/paint.ts";

const TONES: Readonly<Record<Severity, Tone>> = { blocker: "failed", warning: "waiting", info: "faint" };

/** A finding for people: what it is, what was seen, and what to do. */
export function findingLines({ severity, code, message, evidence, remedy }: Finding, isColoured: boolean): string[] {
  return [
    `${paint(severity, TONES[severity], isColoured)} ${code}: ${printable(message)}`,
    ...evidence.map((line) => paint(`    ${printable(line)}`, "faint", isColoured)),
    `  ${paint("to do:", "strong", isColoured)} ${printable(remedy)}`,
  ];
}
