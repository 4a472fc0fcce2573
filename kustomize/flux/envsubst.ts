import { RenderProblem } from "../kustomize-error.ts";
import { substitutionFunction } from "./substitution-functions.ts";
import { SubstitutionScanner } from "./substitution-scanner.ts";

/** The value of a variable; undefined when it is not set. */
export type Variable = (name: string) => string | undefined;

/** Operators that say themselves what to do about a variable that is not set. */
const DEFAULT_OPERATORS = ["-", "+", "=", "?", ":-", ":+", ":=", ":?"];

/**
 * Replaces `${var}` in a text as Flux does (fluxcd/pkg envsubst): with its functions, `$${var}` for `${var}`, and what
 * is not set empty, or refused when strict. `:+` and `:?` are taken for `:-`, as there. Throws a RenderProblem for what
 * is no substitution, `${a-b}` among it.
 */
export function substitute(text: string, variable: Variable, strict: boolean): string {
  return new Substitution(text, variable, strict).run();
}

class Substitution {
  readonly #scanner: SubstitutionScanner;
  readonly #variable: Variable;
  readonly #strict: boolean;

  constructor(text: string, variable: Variable, strict: boolean) {
    this.#scanner = new SubstitutionScanner(text);
    this.#variable = variable;
    this.#strict = strict;
  }

  run(): string {
    let result = "";
    for (;;) {
      this.#scanner.expect({ ident: true, open: true, escape: true, accepts: () => true });
      this.#scanner.escapes = "$";
      const token = this.#scanner.scan();
      if (token === "end") return result;
      if (token === "ident") result += this.#scanner.text;
      else if (token === "open") result += this.#reference();
      else throw bad();
    }
  }

  /** What comes after `${`. */
  #reference(): string {
    const scanner = this.#scanner;
    scanner.escapes = "$\\";
    if (scanner.peek() === "#") return this.#length();
    scanner.expect({ ident: true, accepts: isName });
    if (scanner.scan() !== "ident")
      throw new RenderProblem("variable substitution failed: unable to parse variable name");
    const name = scanner.text;
    switch (scanner.peek()) {
      case ":":
        return /[=\-?+]/.test(scanner.peekSecond()) ? this.#default(name) : this.#slice(name);
      case "=":
        return this.#default(name);
      case ",":
      case "^":
        return this.#case(name);
      case "/":
        return this.#replace(name);
      case "#":
      case "%":
        return this.#trim(name, scanner.peek());
      default:
        scanner.expect({ close: true });
        if (scanner.scan() !== "close") throw new RenderProblem("variable substitution failed: missing closing brace");
        return this.#apply(name, "", []);
    }
  }

  #length(): string {
    this.#operator((character, index) => character === "#" && index === 1);
    this.#scanner.expect({ ident: true, accepts: isName });
    if (this.#scanner.scan() !== "ident") throw bad();
    return this.#closing(this.#scanner.text, "#", []);
  }

  #default(name: string): string {
    const lone = this.#scanner.peek() === "=";
    const operator = this.#operator((character, index) =>
      lone
        ? index === 1 && character === "="
        : index === 1
          ? character === ":"
          : index === 2 && /[=\-?+]/.test(character),
    );
    const parts: string[] = [];
    while (this.#scanner.peek() !== "}") parts.push(this.#parameter((character) => character !== "}"));
    return this.#closing(name, operator, parts);
  }

  #slice(name: string): string {
    this.#operator((character, index) => index === 1 && character === ":");
    const parts = [this.#parameter((character) => character !== ":" && character !== "}")];
    this.#scanner.expect({ ident: true, close: true, accepts: (character) => character === ":" });
    const token = this.#scanner.scan();
    if (token === "close") return this.#apply(name, ":", parts);
    if (token !== "ident") throw bad();
    parts.push(this.#parameter((character) => character !== "}"));
    return this.#closing(name, ":", parts);
  }

  #case(name: string): string {
    const operator = this.#operator((character, index) => /[,^]/.test(character) && index < 3);
    return this.#closing(name, operator, []);
  }

  #trim(name: string, sign: string): string {
    const operator = this.#operator((character, index) => character === sign && index < 3);
    return this.#closing(name, operator, [this.#parameter((character) => character !== "}")]);
  }

  #replace(name: string): string {
    const operator = this.#operator((character, index) =>
      index === 1 ? character === "/" : index === 2 && /[/#%]/.test(character),
    );
    const parts = [this.#parameter((character) => character !== "/", true)];
    this.#operator((character) => character === "/");
    if (this.#scanner.peek() !== "}") parts.push(this.#parameter((character) => character !== "}", true));
    return this.#closing(name, operator, parts);
  }

  #operator(accepts: (character: string, index: number) => boolean): string {
    this.#scanner.expect({ ident: true, accepts });
    if (this.#scanner.scan() !== "ident") throw bad();
    return this.#scanner.text;
  }

  /** An argument: text, or one substitution. */
  #parameter(accepts: (character: string) => boolean, escapes = false): string {
    this.#scanner.expect({ ident: true, open: true, escape: escapes, accepts });
    const token = this.#scanner.scan();
    if (token === "open") return this.#reference();
    if (token === "ident") return this.#scanner.text;
    throw new RenderProblem("variable substitution failed: unable to parse substitution within function");
  }

  #closing(name: string, operator: string, parts: readonly string[]): string {
    this.#scanner.expect({ close: true });
    if (this.#scanner.scan() !== "close") throw bad();
    return this.#apply(name, operator, parts);
  }

  #apply(name: string, operator: string, parts: readonly string[]): string {
    const value = this.#variable(name);
    if (value === undefined && this.#strict && !DEFAULT_OPERATORS.includes(operator)) {
      throw new RenderProblem(`variable substitution failed: variable not set (strict mode): "${name}"`);
    }
    return substitutionFunction(operator, parts.length)(value ?? "", ...parts);
  }
}

function isName(character: string): boolean {
  return /^[\p{L}\p{Nd}_]$/u.test(character);
}

function bad(): RenderProblem {
  return new RenderProblem("variable substitution failed: bad substitution");
}
