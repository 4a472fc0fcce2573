const SCHEMA = /^( *)(- )?openAPIV3Schema:\s*$/;

/**
 * A file without the schemas of its CustomResourceDefinitions, which are nine tenths of it (gotk-components.yaml has ten
 * thousand lines) and which no rule reads. Lines that come later move up.
 */
export function withoutSchemas(text: string): string {
  if (!text.includes("openAPIV3Schema:")) return text;
  let depth = -1;
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const indent = line.length - line.trimStart().length;
    if (depth >= 0 && (line.trim() === "" || indent > depth)) continue;
    const [start, before = "", dash = ""] = SCHEMA.exec(line) ?? [];
    depth = start === undefined ? -1 : before.length + dash.length;
    kept.push(start === undefined ? line : `${line.trimEnd()} {}`);
  }
  return kept.join("\n");
}
