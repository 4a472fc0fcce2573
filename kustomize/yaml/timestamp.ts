const FORMAT =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt](\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?(Z|[-+]\d\d:\d\d)| (\d\d?):(\d\d?):(\d\d?)(?:[.,](\d+))?)?$/;

/**
 * Reads what go-yaml takes for a point in time, and writes it the way it prints one (RFC 3339); undefined for any other
 * text. `2026-03-01` comes out as `2026-03-01T00:00:00Z`.
 */
export function timestampOf(text: string): string | undefined {
  const match = FORMAT.exec(text);
  if (!match) return undefined;
  const [, year = "", month = "", day = ""] = match;
  const [hour = "0", minute = "0", second = "0"] = [match[4] ?? match[9], match[5] ?? match[10], match[6] ?? match[11]];
  const zone = match[8] ?? "Z";
  const inRange =
    between(month, 1, 12) &&
    between(day, 1, daysIn(Number(year), Number(month))) &&
    between(hour, 0, 23) &&
    between(minute, 0, 59) &&
    between(second, 0, 59);
  if (!inRange) return undefined;
  const fraction = (match[7] ?? match[12] ?? "").slice(0, 9).replace(/0+$/, "");
  const [date, time] = [
    [year, month, day],
    [hour, minute, second],
  ].map((parts) => parts.map((part) => part.padStart(2, "0")));
  const offset = /^[-+]00:00$/.test(zone) ? "Z" : zone;
  return `${date?.join("-")}T${time?.join(":")}${fraction === "" ? "" : `.${fraction}`}${offset}`;
}

function between(text: string, min: number, max: number): boolean {
  return Number(text) >= min && Number(text) <= max;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
