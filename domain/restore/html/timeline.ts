import { durationText } from "../../duration-text.ts";
import type { PhaseResult } from "../restore-verdict.ts";
import { html, type Markup } from "./markup.ts";

const ROW = 22;
const LABELS = 90;
const WIDTH = 800;
/** So that a phase of seconds within hours can be seen. */
const BAR_MIN = 2;

const TONES: Readonly<Record<PhaseResult["outcome"], string>> = {
  done: "fill",
  failed: "bad",
  "timed-out": "warning",
  "could-not": "warning",
  skipped: "idle",
};

/** The phases of a test as bars over its time, drawn as SVG; what it shows is in the table of phases as text. */
export function phaseTimeline(phases: readonly PhaseResult[]): Markup {
  const begun = phases.filter(({ outcome }) => outcome !== "skipped");
  const startMs = Math.min(...begun.map(({ startedAt }) => Date.parse(startedAt)));
  const endMs = Math.max(...begun.map(({ endedAt }) => Date.parse(endedAt)));
  if (begun.length === 0) return html``;
  const scale = (WIDTH - LABELS - 80) / Math.max(1, endMs - startMs);
  const bars = begun.map((phase, index) => {
    const [fromMs, toMs] = [Date.parse(phase.startedAt) - startMs, Date.parse(phase.endedAt) - startMs];
    const [x, width] = [LABELS + fromMs * scale, Math.max(BAR_MIN, (toMs - fromMs) * scale)];
    const y = index * ROW;
    return html`<text x="0" y="${y + 15}">${phase.name}</text><rect class="${TONES[phase.outcome]}" x="${round(x)}" y="${y + 4}" width="${round(width)}" height="14" rx="2"/><text x="${round(x + width + 6)}" y="${y + 15}">${durationText(toMs - fromMs)}</text>`;
  });
  const height = begun.length * ROW + 4;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Phases of the test over ${durationText(endMs - startMs)}">${bars}</svg>`;
}

/** A measure against its objective; the line is the objective. Nothing without both. */
export function objectiveBar(label: string, measuredMs: number | null, objectiveMs: number | null): Markup {
  if (measuredMs === null || objectiveMs === null) return html``;
  const most = Math.max(measuredMs, objectiveMs) * 1.1;
  const scale = (WIDTH - LABELS) / most;
  const tone = measuredMs <= objectiveMs ? "good" : "bad";
  const x = round(LABELS + objectiveMs * scale);
  const said = `${label}: ${durationText(measuredMs)} of ${durationText(objectiveMs)}`;
  return html`<svg viewBox="0 0 ${WIDTH} ${ROW}" role="img" aria-label="${said}"><text x="0" y="15">${label}</text><rect class="track" x="${LABELS}" y="4" width="${WIDTH - LABELS}" height="14" rx="2"/><rect class="${tone}" x="${LABELS}" y="4" width="${round(measuredMs * scale)}" height="14" rx="2"/><line x1="${x}" x2="${x}" y1="0" y2="${ROW}" stroke-width="2"/></svg>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
