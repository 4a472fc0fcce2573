import { columnsOf, printable } from "../view/fit-width.ts";
import { paint } from "../view/paint.ts";

/** A column: its heading, and what it shows of a row. */
export type Column<T> = readonly [heading: string, cell: (row: T) => string];

const GAP = "  ";

/** Rows as lines with aligned columns below their headings; the last column is not padded, and empty columns are left out. */
export function tableLines<T>(rows: readonly T[], columns: ReadonlyArray<Column<T>>, isColoured: boolean): string[] {
  const shown = columns
    .map(([heading, cell]) => ({ heading, cells: rows.map((row) => printable(cell(row))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ""));
  const widths = shown.map(({ heading, cells }) => Math.max(...[heading, ...cells].map(columnsOf)));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - columnsOf(cell)));
    return padded.join(GAP).trimEnd();
  };
  const headings = paint(line(shown.map(({ heading }) => heading)), "faint", isColoured);
  return [headings, ...rows.map((_, index) => line(shown.map(({ cells }) => cells[index] ?? "")))];
}
