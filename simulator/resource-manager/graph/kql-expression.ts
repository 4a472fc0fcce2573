import { QueryError, type Token } from "./kql-tokens.ts";

/** A row of a table: column by column. */
export type Row = Readonly<Record<string, unknown>>;

/** What an expression comes to for a row. */
export type Expression = (row: Row) => unknown;

/** Reads tokens one after the other. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get token(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", value: "the end", at: 0 };
  }

  /** Takes the next token if it is this symbol or (in any case) word. */
  take(...values: readonly string[]): boolean {
    const { kind, value } = this.token;
    if (kind === "text" || kind === "end" || !values.includes(value.toLowerCase())) return false;
    this.#next += 1;
    return true;
  }

  /** Takes the next token, which must be of this kind. */
  expect(kind: Token["kind"], what: string): Token {
    const { token } = this;
    if (token.kind !== kind) throw this.wrong(what);
    this.#next += 1;
    return token;
  }

  /** Takes the next token, which must be this symbol. */
  expectSymbol(value: string): void {
    if (!this.take(value)) throw this.wrong(`'${value}'`);
  }

  wrong(expected: string): QueryError {
    return new QueryError(`expected ${expected}, found '${this.token.value}'`, this.token.at);
  }
}

const FUNCTIONS: Readonly<Record<string, (value: unknown) => unknown>> = {
  isnotempty: (value) => textOf(value) !== "",
  isempty: (value) => textOf(value) === "",
  isnotnull: (value) => value !== undefined && value !== null,
  isnull: (value) => value === undefined || value === null,
  tolower: (value) => textOf(value).toLowerCase(),
  toupper: (value) => textOf(value).toUpperCase(),
  tostring: textOf,
  not: (value) => value !== true,
};

type Comparison = (left: unknown, right: unknown) => boolean;
const lower = (value: unknown) => textOf(value).toLowerCase();

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  "==": (left, right) => textOf(left) === textOf(right),
  "!=": (left, right) => textOf(left) !== textOf(right),
  "=~": (left, right) => lower(left) === lower(right),
  "!~": (left, right) => lower(left) !== lower(right),
  "<": (left, right) => compareValues(left, right) < 0,
  ">": (left, right) => compareValues(left, right) > 0,
  "<=": (left, right) => compareValues(left, right) <= 0,
  ">=": (left, right) => compareValues(left, right) >= 0,
  contains: (left, right) => lower(left).includes(lower(right)),
  startswith: (left, right) => lower(left).startsWith(lower(right)),
  endswith: (left, right) => lower(left).endsWith(lower(right)),
  has: (left, right) =>
    lower(left)
      .split(/[^a-z0-9]+/)
      .includes(lower(right)),
};

/** Reads a condition: comparisons joined by `and`, `or` and parentheses. */
export function readCondition(reader: TokenReader): Expression {
  let left = readConjunction(reader);
  while (reader.take("or")) {
    const [first, second] = [left, readConjunction(reader)];
    left = (row) => first(row) === true || second(row) === true;
  }
  return left;
}

function readConjunction(reader: TokenReader): Expression {
  let left = readComparison(reader);
  while (reader.take("and")) {
    const [first, second] = [left, readComparison(reader)];
    left = (row) => first(row) === true && second(row) === true;
  }
  return left;
}

function readComparison(reader: TokenReader): Expression {
  if (reader.take("(")) {
    const inner = readCondition(reader);
    reader.expectSymbol(")");
    return inner;
  }
  const left = readValue(reader);
  const { value } = reader.token;
  if (reader.take("in", "in~")) {
    const fold = value.toLowerCase() === "in~" ? lower : textOf;
    const members = readList(reader);
    return (row) => members.some((member) => fold(member(row)) === fold(left(row)));
  }
  const compare = COMPARISONS[value.toLowerCase()];
  if (!compare || !reader.take(value.toLowerCase())) return left;
  const right = readValue(reader);
  return (row) => compare(left(row), right(row));
}

function readList(reader: TokenReader): Expression[] {
  reader.expectSymbol("(");
  const members = [readValue(reader)];
  while (reader.take(",")) members.push(readValue(reader));
  reader.expectSymbol(")");
  return members;
}

/** Reads a value: a text, a number, a column, a member of a column (`tags['ring']`, `properties.powerState.code`), a function of one. */
export function readValue(reader: TokenReader): Expression {
  const { token } = reader;
  if (token.kind === "text") return constant(reader.expect("text", "a text").value);
  if (token.kind === "number") return constant(Number(reader.expect("number", "a number").value));
  if (reader.take("true")) return constant(true);
  if (reader.take("false")) return constant(false);
  const name = reader.expect("name", "a column, a text or a number").value;
  if (reader.take("(")) {
    const call = FUNCTIONS[name.toLowerCase()];
    if (!call) throw new QueryError(`the function ${name}() is not supported here`, token.at);
    const argument = readCondition(reader);
    reader.expectSymbol(")");
    return (row) => call(argument(row));
  }
  return readMembers(reader, (row) => memberOf(row, name));
}

function readMembers(reader: TokenReader, of: Expression): Expression {
  if (reader.take(".")) {
    const { value } = reader.expect("name", "a member's name");
    return readMembers(reader, (row) => memberOf(of(row), value));
  }
  if (!reader.take("[")) return of;
  const key =
    reader.token.kind === "number" ? reader.expect("number", "") : reader.expect("text", "a member's name in quotes");
  reader.expectSymbol("]");
  return readMembers(reader, (row) => memberOf(of(row), key.value));
}

function constant(value: unknown): Expression {
  return () => value;
}

/** Members are found as they are written, then in any case, as Resource Graph does for columns. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, name)) return Reflect.get(value, name);
  const key = Object.keys(value).find((other) => other.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : Reflect.get(value, key);
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Numbers by value, everything else as text without regard to case. */
export function compareValues(left: unknown, right: unknown): number {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [first, second] = [lower(left), lower(right)];
  return first < second ? -1 : first > second ? 1 : 0;
}
