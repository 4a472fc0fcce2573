import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** One line of the table. */
export interface Measured {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "/s";
  /** How it was taken: "median of 9, 251 to 300". */
  readonly how: string;
  /** How many times the first line of its kind. */
  readonly ratio?: number;
  /** Most memory that the process measured ever had resident, in MiB. */
  readonly peakMiB: number | undefined;
}

/** Says what was measured, for scripts/bench.ts to read. */
export function report(rows: readonly Measured[]): void {
  process.stdout.write(`${JSON.stringify(rows)}\n`);
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("no values, no median");
  return middle;
}

/** "median of 5, 12 to 18". */
export function spread(values: readonly number[]): string {
  return `median of ${values.length}, ${Math.round(Math.min(...values))} to ${Math.round(Math.max(...values))}`;
}

/** What a child that ran to its end took. */
export interface Run {
  readonly milliseconds: number;
  readonly stdout: string;
}

/** Runs Node with these arguments to its end. Rejects, with what it said, when it fails. */
export function runNode(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<Run> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let milliseconds = 0;
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("exit", () => {
      milliseconds = performance.now() - startedMs;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve({ milliseconds, stdout });
      else reject(new Error(`node ${args[0]} ended with ${code}: ${stderr.trim()}`));
    });
  });
}

/** Peak memory of a process that still runs, in MiB; undefined where there is no /proc. */
export function peakMiBOf(child: ChildProcess): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch {
    return undefined;
  }
}

/** Peak memory of this process, in MiB. */
export function ownPeakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}
