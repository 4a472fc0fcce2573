import { type Folder, loadBytes } from "../kustomization/folder.ts";
import type { GeneratorArgs } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";

/** A key and what it holds: text, or bytes that are none. */
export type KeyValue = readonly [key: string, value: string | Uint8Array];

/**
 * What a generator puts together, in the order of kustomize (api/kv/kv.go): from env files, literals, then files.
 * Throws a RenderProblem for sources that are malformed, and for a key that comes twice.
 */
export function keyValues(args: GeneratorArgs, folder: Folder): KeyValue[] {
  const envs = [...(args.envs ?? []), ...(args.env ? [args.env] : [])];
  const all = [
    ...envs.flatMap((path) => fromEnvFile(decode(loadBytes(folder, path)), path)),
    ...(args.literals ?? []).map(fromLiteral),
    ...(args.files ?? []).map((source) => fromFile(source, folder)),
  ];
  const seen = new Set<string>();
  for (const [key] of all) {
    if (seen.has(key)) throw new RenderProblem(`${args.name} illegally repeats the key ${key}`);
    seen.add(key);
  }
  return all;
}

function fromEnvFile(text: string | Uint8Array, path: string): KeyValue[] {
  if (typeof text !== "string") throw new RenderProblem(`${path} is no text`);
  return text
    .split("\n")
    .map((line, index) => (index === 0 ? line.replace(/^\uFEFF/, "") : line).replace(/\r$/, "").trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): KeyValue => {
      const equals = line.indexOf("=");
      return equals < 0 ? [line, ""] : [line.slice(0, equals), line.slice(equals + 1)];
    });
}

function fromLiteral(source: string): KeyValue {
  const equals = source.indexOf("=");
  if (equals <= 0) throw new RenderProblem(`invalid literal ${source.slice(0, 20)}, expected key=value`);
  return [source.slice(0, equals), withoutQuotes(source.slice(equals + 1))];
}

function withoutQuotes(text: string): string {
  const [first = ""] = text;
  return text.length >= 2 && (first === '"' || first === "'") && text.endsWith(first) ? text.slice(1, -1) : text;
}

function fromFile(source: string, folder: Folder): KeyValue {
  const [key = "", path, ...more] = source.split("=");
  if (more.length > 0) throw new RenderProblem(`files: ${source}: key or path contains '='`);
  if (path === undefined) return [baseName(source), decode(loadBytes(folder, source))];
  if (key === "") throw new RenderProblem(`files: missing key for path ${path}`);
  if (path === "") throw new RenderProblem(`files: missing path for key ${key}`);
  return [key, decode(loadBytes(folder, path))];
}

function baseName(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1) ?? path;
}

/** Text where the bytes are UTF-8. A byte order mark is part of it. */
function decode(content: string | Uint8Array): string | Uint8Array {
  if (typeof content === "string") return content;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return content;
  }
}
