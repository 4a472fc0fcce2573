import type { Place, RepositoryFiles } from "../repository.ts";

/** A document of a file as it is written, before anything was rendered. */
export interface SourceDocument {
  readonly file: string;
  /** The line of its `kind`, from 1. */
  readonly line: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Its first line, from 1. */
  readonly start: number;
  readonly lines: readonly string[];
}

/**
 * Where objects are written. It looks at lines and does not parse: what a place needs is found in a hundredth of the time, and
 * a file that no parser takes still has places.
 */
export class SourceDocuments {
  readonly #files: RepositoryFiles;
  readonly #documents = new Map<string, readonly SourceDocument[]>();

  constructor(files: RepositoryFiles) {
    this.#files = files;
  }

  /** The documents of a file; none when there is no such file. */
  of(file: string): readonly SourceDocument[] {
    let found = this.#documents.get(file);
    if (!found) {
      found = scan(file, this.#files.read(file) ?? "");
      this.#documents.set(file, found);
    }
    return found;
  }

  /**
   * The document that an object was read from: of its kind, and of its name before prefixes, suffixes and hashes were added.
   * Null when the file has none that could be it.
   */
  find(file: string, kind: string, name: string): SourceDocument | null {
    const ofKind = this.of(file).filter((document) => document.kind === kind);
    const named = ofKind.find((document) => document.name === name);
    if (named) return named;
    const parts = ofKind.filter((document) => document.name !== "" && name.includes(document.name));
    return parts.toSorted((one, other) => other.name.length - one.name.length)[0] ?? ofKind[0] ?? null;
  }
}

/** The line of a document that holds a word, below a field where one is named; the line of its kind when none does. */
export function placeInDocument(document: SourceDocument, word?: string, below?: string): Place {
  const { file, line, start, lines } = document;
  if (word === undefined || word === "") return { file, line };
  const from =
    below === undefined
      ? 0
      : Math.max(
          0,
          lines.findIndex((text) => text.includes(`${below}:`)),
        );
  const escaped = word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  const pattern = new RegExp(`(?:^|[^\\w.-])${escaped}(?:$|[^\\w.-])`);
  const index = lines.findIndex((text, at) => at >= from && pattern.test(text) && !/^\s*#/.test(text));
  return index < 0 ? { file, line } : { file, line: start + index };
}

function scan(file: string, text: string): SourceDocument[] {
  const documents: SourceDocument[] = [];
  const lines = text.split(/\r?\n/);
  let start = 0;
  for (let index = 0; index <= lines.length; index += 1) {
    if (index < lines.length && !/^---(?:\s|$)/.test(lines[index] ?? "")) continue;
    const document = describe(file, start, lines.slice(start, index));
    if (document) documents.push(document);
    start = index + 1;
  }
  return documents;
}

function describe(file: string, before: number, lines: readonly string[]): SourceDocument | undefined {
  const kindIndex = lines.findIndex((line) => /^["']?kind["']?:/.test(line));
  if (kindIndex < 0) return undefined;
  const apiVersion = lines.find((line) => /^["']?apiVersion["']?:/.test(line)) ?? "";
  return {
    file,
    line: before + kindIndex + 1,
    apiVersion: scalarOf(apiVersion),
    kind: scalarOf(lines[kindIndex] ?? ""),
    name: nameIn(lines),
    start: before + 1,
    lines,
  };
}

function nameIn(lines: readonly string[]): string {
  const index = lines.findIndex((line) => /^metadata:/.test(line));
  const inPlace = /^metadata:\s*\{.*?\bname:\s*["']?([^"',}\s]+)/.exec(lines[index] ?? "");
  if (inPlace) return inPlace[1] ?? "";
  let indent: string | undefined;
  for (const line of index < 0 ? [] : lines.slice(index + 1)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const own = /^\s*/.exec(line)?.[0] ?? "";
    if (own === "") return "";
    indent ??= own;
    if (own === indent && /^\s+name:/.test(line)) return scalarOf(line);
  }
  return "";
}

/** The plain or quoted scalar after the colon. */
function scalarOf(line: string): string {
  const [, quoted, plain] = /:\s*(?:["']([^"']*)["']|([^\s#]*))/.exec(line) ?? [];
  return quoted ?? plain ?? "";
}
