/** What may come next. */
export interface Expected {
  readonly ident?: boolean;
  readonly open?: boolean;
  readonly close?: boolean;
  readonly escape?: boolean;
  /** Which characters are part of an ident; the index counts from 1. */
  readonly accepts?: (character: string, index: number) => boolean;
}

export type Token = "ident" | "open" | "close" | "end" | "illegal";

/** Reads the tokens of a text with substitutions: a port of fluxcd/pkg envsubst/parse/scan.go, its backing up included. */
export class SubstitutionScanner {
  #buffer: string;
  #position = 0;
  #start = 0;
  #width = 0;
  #expected: Expected = {};
  /** Which characters escape: `$` before `$`, and `\` before `/` and `\`. */
  escapes = "$";

  constructor(text: string) {
    this.#buffer = text;
  }

  /** The text of the last token. */
  get text(): string {
    return this.#buffer.slice(this.#start, this.#position);
  }

  expect(expected: Expected): void {
    this.#expected = expected;
  }

  /** The next character, not taken; empty at the end. */
  peek(): string {
    return this.#buffer.charAt(this.#position);
  }

  peekSecond(): string {
    return this.#buffer.charAt(this.#position + 1);
  }

  scan(): Token {
    this.#start = this.#position;
    const character = this.#read();
    if (character === "") return "end";
    if (this.#isOpen(character)) return "open";
    if (this.#expected.close && character === "}") return "close";
    return this.#scanIdent(character) ? "ident" : "illegal";
  }

  #read(): string {
    const character = this.#buffer.charAt(this.#position);
    this.#width = character.length;
    this.#position += this.#width;
    return character;
  }

  #unread(): void {
    this.#position -= this.#width;
  }

  #isOpen(character: string): boolean {
    if (!this.#expected.open || character !== "$") return false;
    if (this.#read() === "{") return true;
    this.#unread();
    return false;
  }

  #scanIdent(first: string): boolean {
    if (!this.#expected.ident) return false;
    if (this.#isEscape(first)) this.#skip();
    else if (!this.#accepts(first)) return false;
    for (;;) {
      const character = this.#read();
      if (character === "") return true;
      if (this.#isOpen(character)) {
        this.#position -= 2;
        return true;
      }
      if (this.#isEscape(character)) this.#skip();
      else if (!this.#accepts(character)) {
        this.#position -= 1;
        return true;
      }
    }
  }

  #accepts(character: string): boolean {
    return this.#expected.accepts?.(character, this.#position - this.#start) === true;
  }

  #isEscape(character: string): boolean {
    if (!this.#expected.escape || !this.escapes.includes(character)) return false;
    return character === "$" ? this.peek() === "$" : this.peek() === "/" || this.peek() === "\\";
  }

  /** Takes the character just read out of the text; what follows it moves up and counts as read. */
  #skip(): void {
    this.#buffer = this.#buffer.slice(0, this.#position - 1) + this.#buffer.slice(this.#position);
  }
}
