/**
 * Prints how fast the app starts, how much the durable engine does, and how soon an event is acted on, with peak memory.
 * Needs `npm run build` and takes about 15 seconds. The table is Markdown; docs/benchmarks.md holds one.
 */
import { existsSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Measured, runNode } from "./bench/measurement.ts";

const MEASUREMENTS = ["cold-start", "engine", "event-to-activity"];
const HEADINGS = ["measurement", "figure", "ratio", "peak memory", "how"];
const folder = join(dirname(fileURLToPath(import.meta.url)), "bench");

function cellsOf({ what, value, unit, ratio, peakMiB, how }: Measured): string[] {
  return [
    what,
    `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`,
    ratio === undefined ? "" : `${ratio.toFixed(ratio < 10 ? 1 : 0)} x`,
    peakMiB === undefined ? "?" : `${Math.round(peakMiB)} MiB`,
    how,
  ];
}

function printTable(rows: readonly string[][]): void {
  const widths = HEADINGS.map((heading, index) =>
    Math.max(heading.length, ...rows.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = " ") =>
    `| ${widths.map((width, index) => (cells[index] ?? "").padEnd(width, fill)).join(" | ")} |`;
  console.log([line(HEADINGS), line([], "-"), ...rows.map((cells) => line(cells))].join("\n"));
}

if (!existsSync(join(folder, "../../dist/main.cjs"))) {
  console.error("bench: dist/main.cjs is not there; run npm run build first.");
  process.exit(2);
}
const memoryGiB = Math.round(totalmem() / 2 ** 30);
console.log(
  `Node ${process.version} on ${process.platform} ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model}), ${memoryGiB} GiB\n`,
);
const rows: string[][] = [];
// One after the other, each in a process of its own: they must not share cores, memory or a warm compiler.
for (const name of MEASUREMENTS) {
  const { stdout } = await runNode([join(folder, `${name}.ts`)]);
  rows.push(...(JSON.parse(stdout) as Measured[]).map(cellsOf));
}
printTable(rows);
