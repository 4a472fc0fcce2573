import { isJsonObject, type JsonValue, numberText } from "./json-value.ts";
import { compareKeys } from "./key-order.ts";
import { type Analysis, analyze, isBreak } from "./scalar-analysis.ts";
import { resolveScalar } from "./scalar-resolution.ts";

const INDENT = 2;
/** Lines are broken at the first space past this column. */
const WIDTH = 80;
/** Longer keys are written in two lines, `? key` and `: value`. */
const SIMPLE_KEY_MAX = 128;

const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

type Style = "plain" | "single" | "double" | "literal";

/**
 * Prints a value as `kubectl kustomize` prints a resource, byte for byte (sigs.k8s.io/yaml goyaml.v2/emitterc.go): keys in
 * their order, lists not indented, text quoted where YAML 1.1 would take it for something else, long lines folded.
 */
export function printYaml(value: JsonValue): string {
  return new YamlPrinter().print(value);
}

class YamlPrinter {
  #text = "";
  #column = 0;
  #indent = -1;
  #whitespace = true;
  #indention = true;

  print(value: JsonValue): string {
    this.#node(value, false);
    this.#indent = 0;
    this.#writeIndent();
    return this.#text;
  }

  #node(value: JsonValue, inMapping: boolean): void {
    if (Array.isArray(value)) this.#list(value, inMapping);
    else if (isJsonObject(value)) this.#mapping(Object.entries(value));
    else this.#scalar(value, false);
  }

  #mapping(entries: [string, JsonValue][]): void {
    if (entries.length === 0) {
      this.#indicator("{}", true);
      return;
    }
    const outer = this.#indent;
    this.#indent = Math.max(0, outer < 0 ? 0 : outer + INDENT);
    for (const [key, value] of entries.toSorted(([one], [two]) => compareKeys(one, two))) {
      this.#writeIndent();
      if (!key.includes("\n") && new TextEncoder().encode(key).length <= SIMPLE_KEY_MAX) {
        this.#scalar(key, true);
        this.#indicator(":", false);
      } else {
        this.#indicator("?", true, true);
        this.#scalar(key, false);
        this.#writeIndent();
        this.#indicator(":", true, true);
      }
      this.#node(value, true);
    }
    this.#indent = outer;
  }

  #list(items: readonly JsonValue[], inMapping: boolean): void {
    if (items.length === 0) {
      this.#indicator("[]", true);
      return;
    }
    const outer = this.#indent;
    if (outer < 0) this.#indent = 0;
    else if (!(inMapping && !this.#indention)) this.#indent = outer + INDENT;
    for (const item of items) {
      this.#writeIndent();
      this.#indicator("-", true, true);
      this.#node(item, false);
    }
    this.#indent = outer;
  }

  #scalar(value: string | number | bigint | boolean | null, simpleKey: boolean): void {
    const text = typeof value === "string" ? value : plainText(value);
    const analysis = analyze(text);
    const style = typeof value === "string" ? styleOf(text, analysis, simpleKey) : "plain";
    const outer = this.#indent;
    this.#indent = outer < 0 ? INDENT : outer + INDENT;
    if (style === "plain") this.#plain([...text], !simpleKey);
    else if (style === "single") this.#single([...text], !simpleKey);
    else if (style === "double") this.#double([...text], !simpleKey);
    else this.#literal(text);
    this.#indent = outer;
  }

  #plain(text: readonly string[], allowBreaks: boolean): void {
    if (!this.#whitespace) this.#put(" ");
    let spaces = false;
    for (const [index, character] of text.entries()) {
      const breakable = character === " " && allowBreaks && !spaces && this.#column > WIDTH && text[index + 1] !== " ";
      if (breakable) this.#writeIndent();
      else this.#put(character);
      spaces = character === " ";
      if (!spaces) this.#indention = false;
    }
    this.#whitespace = false;
    this.#indention = false;
  }

  #single(text: readonly string[], allowBreaks: boolean): void {
    this.#indicator("'", true);
    let spaces = false;
    let breaks = false;
    for (const [index, character] of text.entries()) {
      if (character === " ") {
        const inside = index > 0 && index < text.length - 1 && text[index + 1] !== " ";
        if (allowBreaks && !spaces && this.#column > WIDTH && inside) this.#writeIndent();
        else this.#put(character);
        spaces = true;
      } else if (isBreak(character)) {
        if (!breaks && character === "\n") this.#put("\n");
        this.#put(character);
        this.#indention = true;
        breaks = true;
      } else {
        if (breaks) this.#writeIndent();
        this.#put(character === "'" ? "''" : character);
        this.#indention = false;
        spaces = false;
        breaks = false;
      }
    }
    this.#indicator("'", false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #double(text: readonly string[], allowBreaks: boolean): void {
    this.#indicator('"', true);
    let spaces = false;
    for (const [index, character] of text.entries()) {
      if (character === " ") {
        const inside = index > 0 && index < text.length - 1;
        if (allowBreaks && !spaces && this.#column > WIDTH && inside) {
          this.#writeIndent();
          if (text[index + 1] === " ") this.#put("\\");
        } else this.#put(character);
        spaces = true;
      } else {
        this.#put(escaped(character));
        spaces = false;
      }
    }
    this.#indicator('"', false);
    this.#whitespace = false;
    this.#indention = false;
  }

  #literal(text: string): void {
    this.#indicator("|", true);
    const [first = ""] = text;
    if (first === " " || isBreak(first)) this.#indicator(String(INDENT), false);
    const characters = [...text];
    const [last = "", before] = [characters.at(-1), characters.at(-2)];
    if (!isBreak(last)) this.#indicator("-", false);
    else if (before === undefined || isBreak(before)) this.#indicator("+", false);
    this.#put("\n");
    this.#indention = true;
    this.#whitespace = true;
    let breaks = true;
    for (const character of characters) {
      if (!isBreak(character) && breaks) this.#writeIndent();
      this.#put(character);
      breaks = isBreak(character);
      this.#indention = breaks;
    }
  }

  #writeIndent(): void {
    const indent = Math.max(0, this.#indent);
    if (!this.#indention || this.#column > indent || (this.#column === indent && !this.#whitespace)) this.#put("\n");
    while (this.#column < indent) this.#put(" ");
    this.#whitespace = true;
    this.#indention = true;
  }

  #indicator(text: string, needsSpace: boolean, keepsIndention = false): void {
    if (needsSpace && !this.#whitespace) this.#put(" ");
    this.#put(text);
    this.#whitespace = false;
    this.#indention = this.#indention && keepsIndention;
  }

  #put(text: string): void {
    this.#text += text;
    this.#column = isBreak(text) ? 0 : this.#column + [...text].length;
  }
}

/** Anything but text, as kustomize prints it: whole numbers as such, as long as they fit 64 bits. */
function plainText(value: number | bigint | boolean | null): string {
  if (typeof value !== "number") return String(value);
  if (Number.isInteger(value) && value < 2 ** 64 && value >= -(2 ** 63)) return BigInt(value).toString();
  return numberText(value);
}

function styleOf(text: string, analysis: Analysis, simpleKey: boolean): Style {
  const canBePlain = resolveScalar(text, "1.1").tag === "!!str" && !BASE_60.test(text);
  let style: Style = text.includes("\n") ? "literal" : canBePlain ? "plain" : "double";
  if (simpleKey && analysis.multiline) style = "double";
  if (style === "plain" && !analysis.plainAllowed) style = "single";
  if (style === "single" && !analysis.singleAllowed) style = "double";
  if (style === "literal" && (!analysis.blockAllowed || simpleKey)) style = "double";
  return style;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\0": "\\0",
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  '"': '\\"',
  "\\": "\\\\",
  "\u0085": "\\N",
  "\u00a0": "\\_",
  "\u2028": "\\L",
  "\u2029": "\\P",
};

function escaped(character: string): string {
  const { printable } = analyze(character);
  if (printable && !isBreak(character) && character !== '"' && character !== "\\") return character;
  const known = ESCAPES[character];
  if (known !== undefined) return known;
  const code = character.codePointAt(0) ?? 0;
  const digits = (width: number) => code.toString(16).toUpperCase().padStart(width, "0");
  if (code <= 0xff) return `\\x${digits(2)}`;
  return code <= 0xffff ? `\\u${digits(4)}` : `\\U${digits(8)}`;
}
