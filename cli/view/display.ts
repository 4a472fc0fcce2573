import type { RunView } from "../../domain/api/run-view.ts";
import { changesBetween } from "./changes.ts";
import { wantsColour } from "./paint.ts";
import { renderRun } from "./render-run.ts";

/** Where a display writes: process.stdout, or a test's stand-in. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Shows a run while it goes on. */
export interface Display {
  /** The newest look at the run. */
  show(view: RunView): void;
  /** A line that stays. */
  say(text: string): void;
  /** Leaves the last frame as it is; nothing moves any more. */
  end(): void;
}

/** The clocks that a display tells of. */
export interface DisplayClock {
  virtualNowMs(): number;
  realElapsedMs(): number;
}

const REDRAW_MS = 250;
const DEFAULT_WIDTH = 80;
const DEFAULT_HEIGHT = 24;

/** A frame that is redrawn in place on a terminal; one line a change everywhere else. */
export function createDisplay(terminal: Terminal, clock: DisplayClock, environment: NodeJS.ProcessEnv): Display {
  const canRedraw = terminal.isTTY === true && environment.TERM !== "dumb";
  return canRedraw ? redrawing(terminal, clock, environment) : appending(terminal, clock);
}

/** Each change with its virtual time of day, UTC. */
function appending(terminal: Terminal, clock: DisplayClock): Display {
  let previous: RunView | undefined;
  return {
    show(view) {
      const time = new Date(clock.virtualNowMs()).toISOString().slice(11, 19);
      for (const line of changesBetween(previous, view)) terminal.write(`${time} ${line}\n`);
      previous = view;
    },
    say: (text) => void terminal.write(`${text}\n`),
    end() {},
  };
}

function redrawing(terminal: Terminal, clock: DisplayClock, environment: NodeJS.ProcessEnv): Display {
  const isColoured = wantsColour(terminal, environment);
  let view: RunView | undefined;
  let drawn = 0;

  /** One write a frame: the cursor goes up to the frame's first line, and every line is written over, not blanked first. */
  function draw(before = ""): void {
    const lines =
      view === undefined
        ? []
        : renderRun(view, {
            // The last column is left free: terminals differ in what they do after it.
            width: (terminal.columns ?? DEFAULT_WIDTH) - 1,
            height: (terminal.rows ?? DEFAULT_HEIGHT) - 1,
            nowMs: clock.virtualNowMs(),
            realElapsedMs: clock.realElapsedMs(),
            isColoured,
          });
    const up = drawn === 0 ? "" : `\u001b[${drawn}A\r`;
    const text = `${before}${lines.map((line) => `${line}\u001b[K\n`).join("")}`;
    terminal.write(`${up}${text}\u001b[J`);
    drawn = lines.length;
  }

  const timer = setInterval(() => draw(), REDRAW_MS);
  return {
    show(next) {
      view = next;
    },
    say: (text) => draw(`${text}\u001b[K\n`),
    end() {
      clearInterval(timer);
      draw();
      view = undefined;
      drawn = 0;
    },
  };
}
