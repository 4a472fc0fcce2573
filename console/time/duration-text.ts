const UNITS: ReadonlyArray<readonly [number, string]> = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
];

/** A duration for people, in its two largest units: `45 s`, `3 min 5 s`, `2 h`, `4 d 1 h`. Never less than `0 s`. */
export function durationText(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const first = UNITS.findIndex(([size]) => rest >= size);
  if (first === -1) return "0 s";
  const parts: string[] = [];
  for (const [size, unit] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(" ");
}

/** The time between two instants as text; one that has not ended is measured to `nowMs`, one that has not begun is empty. */
export function elapsedText(startedAt: string | null, endedAt: string | null, nowMs: number): string {
  if (startedAt === null) return "";
  return durationText((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt));
}
