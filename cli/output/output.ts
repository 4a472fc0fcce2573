import { stringify } from "yaml";
import type { OutputFormat } from "./output-option.ts";

/** Where a command writes. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

/** What a command works with beside its flags. */
export interface Place {
  readonly out: Output;
  readonly err: Output;
  readonly environment: NodeJS.ProcessEnv;
}

/** Prints an answer: as data, or as the lines that people read. */
export function printAnswer(out: Output, format: OutputFormat, answer: unknown, lines: () => readonly string[]): void {
  if (format === "json") out.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (format === "yaml") out.write(stringify(answer, { lineWidth: 0 }));
  else
    out.write(
      lines()
        .map((line) => `${line}\n`)
        .join(""),
    );
}
