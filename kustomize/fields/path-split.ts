/** Splits a path; a delimiter after a backslash is part of a name, one at the start is left out. */
export function splitPath(path: string, delimiter: string): string[] {
  const parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === "") parts.shift();
  const result: string[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last?.endsWith("\\")) result[result.length - 1] = `${last.slice(0, -1)}${delimiter}${part}`;
    else result.push(part);
  }
  return result;
}

/**
 * Splits the path of a replacement or a var at its dots: `[name=a.b]` stays as it is, `[a.b]` is the name `a.b`
 * (kyaml utils/pathsplitter.go).
 */
export function splitFieldPath(path: string): string[] {
  const parts = splitPath(path, ".");
  const result: string[] = [];
  for (let index = 0; index < parts.length; index += 1) {
    let part = parts[index] ?? "";
    if (!part.startsWith("[") || part.endsWith("]")) {
      result.push(part);
      continue;
    }
    while (index < parts.length - 1 && !part.endsWith("]")) {
      index += 1;
      part += `.${parts[index] ?? ""}`;
    }
    result.push(part.includes("=") ? part : part.replace(/^[[\]]+|[[\]]+$/g, ""));
  }
  return result;
}
