import { styleText } from "node:util";

/** What a line is about; each has its colour. */
export type Tone = "plain" | "active" | "done" | "failed" | "waiting" | "faint" | "strong";

const STYLES = {
  plain: "reset",
  active: "cyan",
  done: "green",
  failed: "red",
  waiting: "yellow",
  faint: "dim",
  strong: "bold",
} as const satisfies Record<Tone, string>;

/** Colours a text. Whether colours are wanted is the caller's decision. */
export function paint(text: string, tone: Tone, isColoured: boolean): string {
  return isColoured && tone !== "plain" ? styleText(STYLES[tone], text, { validateStream: false }) : text;
}

/** Whether a stream takes colours: a terminal, and nobody said no (https://no-color.org). */
export function wantsColour(stream: { isTTY?: boolean }, environment: NodeJS.ProcessEnv): boolean {
  const isRefused = environment.NO_COLOR !== undefined && environment.NO_COLOR !== "";
  return stream.isTTY === true && !isRefused && environment.TERM !== "dumb";
}
