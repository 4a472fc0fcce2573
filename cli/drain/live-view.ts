import type { NodeProgress } from "../../adapters/kubernetes/drain/drain-event.ts";
import { fitWidth } from "../view/fit-width.ts";
import { paint, wantsColour } from "../view/paint.ts";
import type { DrainFlags } from "./drain-flags.ts";
import type { Notice, Reporter } from "./notice.ts";
import { blockerText, linesOf } from "./text-lines.ts";

const REDRAW_MS = 200;
const BAR_CELLS = 20;
/** Blockers that are shown below a node. */
const SHOWN_BLOCKERS = 4;

/** What the picture shows: how the nodes stand that are being drained. */
export interface LiveSource {
  progress(): readonly NodeProgress[];
  nowMs(): number;
}

/** Notices that stay as lines above the picture; the others are in the picture while they matter. */
const STAYING: ReadonlySet<Notice["kind"]> = new Set([
  "warning",
  "trouble",
  "cordoned",
  "uncordoned",
  "objected",
  "ended",
  "result",
  "refused",
]);

/** A picture of the nodes at work that is redrawn in place; what has ended stays above it. */
export function createLiveReporter(
  flags: DrainFlags,
  { out }: { readonly out: NodeJS.WriteStream },
  environment: NodeJS.ProcessEnv,
  source: LiveSource,
): Reporter {
  const isColoured = wantsColour(out, environment);
  let drawn = 0;

  function draw(staying: readonly string[] = []): void {
    const width = (out.columns ?? 80) - 1;
    const picture = source.progress().flatMap((node) => nodeLines(node, source.nowMs(), width, isColoured));
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\r`;
    const lines = [...staying, ...picture].map((line) => `${line}\u001b[K\n`).join("");
    out.write(`${up}${lines}\u001b[J`);
    drawn = picture.length;
  }

  const timer = setInterval(draw, REDRAW_MS);
  return {
    tell(notice) {
      if (!STAYING.has(notice.kind)) return;
      const lines = linesOf(notice, flags);
      if (lines.length === 0) return;
      draw(lines.map(({ text, isTrouble }) => paint(text, isTrouble ? "waiting" : "done", isColoured)));
    },
    end() {
      clearInterval(timer);
      draw();
    },
  };
}

/** One node: a bar, its numbers, and what holds it up with how long it has. */
export function nodeLines(progress: NodeProgress, nowMs: number, width: number, isColoured: boolean): string[] {
  const { node, total, left, blockers } = progress;
  const done = total === 0 ? 0 : (total - left) / total;
  const full = Math.round(done * BAR_CELLS);
  const bar = `${"#".repeat(full)}${"-".repeat(BAR_CELLS - full)}`;
  const holding = blockers.filter(({ code }) => code !== "Terminating");
  const shown = holding.slice(0, SHOWN_BLOCKERS).map((blocker) => {
    const seconds = Math.max(0, Math.round((nowMs - Date.parse(blocker.since)) / 1_000));
    return paint(fitWidth(`  ${blockerText(blocker)} (${seconds} s)`, width), "waiting", isColoured);
  });
  const more = holding.length - shown.length;
  return [
    paint(fitWidth(`node/${node} [${bar}] ${total - left} of ${total} pods gone`, width), "active", isColoured),
    ...shown,
    ...(more > 0 ? [paint(fitWidth(`  and ${more} more pods wait`, width), "faint", isColoured)] : []),
  ];
}
