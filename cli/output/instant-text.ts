/** An instant of the API for people, in UTC to the minute; nothing for none. */
export function instantText(instant: string | null): string {
  return instant === null ? "" : `${instant.slice(0, 16).replace("T", " ")} UTC`;
}
