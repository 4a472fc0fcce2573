/** What happened in a world, line by line, each with its virtual time. The same seed gives the same lines. */
export class Trace {
  readonly lines: string[] = [];
  readonly #startMs: number;
  readonly #nowMs: () => number;

  constructor(startMs: number, nowMs: () => number) {
    this.#startMs = startMs;
    this.#nowMs = nowMs;
  }

  add(text: string): void {
    this.lines.push(`${elapsed(this.#nowMs() - this.#startMs)} ${text}`);
  }
}

/** Days, hours, minutes, seconds: `2d 03:04:05.678`. */
export function elapsed(ms: number): string {
  const seconds = ms / 1000;
  const days = Math.floor(seconds / 86_400);
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const rest = `${two((seconds % 86_400) / 3600)}:${two((seconds % 3600) / 60)}:${(seconds % 60).toFixed(3).padStart(6, "0")}`;
  return days === 0 ? rest : `${days}d ${rest}`;
}
