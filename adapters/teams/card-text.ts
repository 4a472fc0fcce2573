/** Text that Teams' Markdown shows as it is, in one line, cut to a number of characters. */
export function plain(text: string, limit: number): string {
  const line = text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").toWellFormed();
  const characters = Array.from(line);
  const cut = characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : line;
  return cut.replace(/[\\`*_[\]]/g, "\\$&").replace(/^(\s*)(?=[-+]\s)|(?<=^\s*\d+)(?=\.\s)/, "$1\\");
}
