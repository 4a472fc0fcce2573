/** HTML that is one: only what this file makes of text. */
export interface Markup {
  readonly html: string;
}

type Part = Markup | string | number | readonly Part[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Markup of a template. Whatever is put into it is text and shown as it is, unless it is markup itself; attributes must stand
 * in double quotes, and none of them may be a script or a link that comes from outside.
 */
export function html(template: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { html: template.reduce((text, piece, index) => text + textOf(parts[index - 1] ?? "") + piece) };
}

/** Text as HTML shows it as it is. Control characters, which no HTML may hold, are left out; line ends stay. */
export function escapeHtml(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n\t]/gu, "")
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? "");
}

function textOf(part: Part): string {
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  if ("html" in part) return part.html;
  return part.map(textOf).join("");
}
