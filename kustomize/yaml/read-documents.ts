import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from "yaml";
import { KustomizeError } from "../kustomize-error.ts";
import { isNull, type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from "./node.ts";
import { resolveScalar } from "./scalar-resolution.ts";

/**
 * Reads the documents of a file, empty ones left out, aliases and merge keys in place. Documents are told apart as
 * kustomize does (kyaml kio/byteio_reader.go): by lines that begin with `---`. Throws a KustomizeError for broken YAML.
 */
export function readDocuments(file: string, text: string): YamlNode[] {
  const documents: YamlNode[] = [];
  for (const { body, line } of splitDocuments(file, text.replaceAll("\r\n", "\n"))) {
    const node = readOne(file, body, line);
    if (node !== undefined && !isNull(node)) documents.push(node);
  }
  return documents;
}

interface Part {
  readonly body: string;
  /** How many lines of the file come before. */
  readonly line: number;
}

function splitDocuments(file: string, text: string): Part[] {
  const parts: Part[] = [];
  let start = 0;
  let line = 0;
  for (const match of text.matchAll(/\n---.*\n/g)) {
    const rest = match[0].slice(4).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw new KustomizeError(file, `invalid document separator: ${match[0].trim()}`);
    }
    const body = `${text.slice(start, match.index)}\n`;
    parts.push({ body, line });
    line += body.split("\n").length;
    start = match.index + match[0].length;
  }
  parts.push({ body: text.slice(start), line });
  return parts;
}

function readOne(file: string, body: string, line: number): YamlNode | undefined {
  const counter = new LineCounter();
  const documents = parseAllDocuments(body, {
    schema: "failsafe",
    uniqueKeys: false,
    lineCounter: counter,
    prettyErrors: false,
  });
  const [document] = Array.isArray(documents) ? documents : [];
  if (!document) return undefined;
  const [error] = document.errors;
  if (error) {
    const at = line + counter.linePos(error.pos[0]).line;
    throw new KustomizeError(file, `line ${at}: malformed YAML: ${error.message}`, { cause: error });
  }
  return document.contents === null
    ? undefined
    : new NodeReader(file, document, (node) => line + counter.linePos(node.range?.[0] ?? 0).line).read(
        document.contents,
      );
}

/** Turns what the YAML library read into nodes of ours. */
class NodeReader {
  readonly #file: string;
  readonly #document: Document;
  readonly #lineOf: (node: Node) => number;

  constructor(file: string, document: Document, lineOf: (node: Node) => number) {
    this.#file = file;
    this.#document = document;
    this.#lineOf = lineOf;
  }

  read(node: Node): YamlNode {
    const line = this.#lineOf(node);
    if (isAlias(node)) {
      const source = node.resolve(this.#document);
      if (!source) throw new KustomizeError(this.#file, `line ${line}: unknown anchor ${node.source}`);
      return this.read(source);
    }
    if (isSeq(node)) return { kind: "list", items: node.items.map((item) => this.#readAny(item, line)), line };
    if (isMap(node)) return this.#readMap(node.items, line);
    return this.#readScalar(node, line);
  }

  #readAny(value: unknown, line: number): YamlNode {
    if (isAlias(value) || isSeq(value) || isMap(value) || isScalar(value)) return this.read(value);
    return { kind: "scalar", tag: "!!null", value: "", quoted: false, line };
  }

  #readScalar(node: Node, line: number): YamlScalar {
    const plain = isScalar(node) && node.type === "PLAIN";
    const value = isScalar(node) ? String(plain ? (node.source ?? "") : (node.value ?? "")) : "";
    const own = node.tag === "!" ? "!!str" : node.tag?.replace("tag:yaml.org,2002:", "!!");
    const tag = own ?? (plain ? resolveScalar(value).tag : "!!str");
    // A tag of its own is written out again, quotes or not: what it says counts.
    const quoted = !plain && (own === undefined || own === "!!str");
    return { kind: "scalar", tag, value, quoted, line };
  }

  #readMap(items: readonly { key: unknown; value: unknown }[], line: number): YamlMap {
    const map: YamlMap = { kind: "map", entries: [], line };
    const merged: YamlNode[] = [];
    for (const { key, value } of items) {
      const name = this.#readAny(key, line);
      if (name.kind !== "scalar") {
        throw new KustomizeError(this.#file, `line ${line}: a key that is no text`);
      }
      const read = this.#readAny(value, name.line ?? line);
      if (name.value === "<<" && !name.quoted) merged.push(...this.#mergeSources(read, line));
      else map.entries.push(entryOf(name, read));
    }
    return merged.length === 0 ? map : mergeInto(map, merged);
  }

  #mergeSources(value: YamlNode, line: number): YamlMap[] {
    const sources = value.kind === "list" ? value.items.toReversed() : [value];
    return sources.map((source) => {
      if (source.kind !== "map")
        throw new KustomizeError(this.#file, `line ${line}: << must be a mapping or a list of mappings`);
      return source;
    });
  }
}

function entryOf({ value: key, tag, quoted, line }: YamlScalar, value: YamlNode): YamlEntry {
  return { key, keyTag: tag, value, ...(quoted && { keyQuoted: true }), ...(line !== undefined && { line }) };
}

/** What is merged comes first, so that what the mapping says itself wins. */
function mergeInto(map: YamlMap, sources: readonly YamlNode[]): YamlMap {
  const result: YamlMap = { ...map, entries: [] };
  for (const source of [...sources, map]) {
    if (source.kind !== "map") continue;
    for (const entry of source.entries) putEntry(result, structuredClone(entry));
  }
  return result;
}

function putEntry(map: YamlMap, entry: YamlEntry): void {
  const index = map.entries.findIndex(({ key }) => key === entry.key);
  if (index >= 0) map.entries[index] = entry;
  else map.entries.push(entry);
}
