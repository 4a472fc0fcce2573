import {
  AGGREGATIONS,
  COMPARISONS,
  type Expression,
  type Matcher,
  type Operator,
  QueryError,
  RANGE_FUNCTIONS,
  type Selector,
} from "./promql-syntax.ts";

interface Token {
  readonly kind: "name" | "number" | "string" | "duration" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
}

const PATTERNS: ReadonlyArray<readonly [Token["kind"], RegExp]> = [
  ["duration", /(?:\d+(?:ms|[smhdw]))+/y],
  ["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["name", /[a-zA-Z_:][\w:]*/y],
  ["string", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ["symbol", /==|!=|=~|!~|>=|<=|[=><+*/(){}[\],-]/y],
];
const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Reads the part of PromQL that is served: selectors with matchers, rate and increase, aggregations with `by`, arithmetic and
 * comparisons. Throws a QueryError with the place of what is anything else.
 */
export function parseQuery(query: string): Expression {
  const parser = new Parser(query);
  const expression = parser.comparison();
  parser.expectEnd();
  return expression;
}

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokensOf(query, (at, what) => this.#failure(at, what));
  }

  comparison(): Expression {
    return this.#chain(COMPARISONS, () =>
      this.#chain(["+", "-"], () => this.#chain(["*", "/"], () => this.#operand())),
    );
  }

  expectEnd(): void {
    if (this.#peek.kind !== "end") throw this.#unexpected();
  }

  get #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: this.#query.length };
  }

  #chain(operators: readonly Operator[], operand: () => Expression): Expression {
    let left = operand();
    for (let found = this.#operatorOf(operators); found; found = this.#operatorOf(operators)) {
      left = { kind: "binary", operator: found, left, right: operand() };
    }
    return left;
  }

  #operatorOf(operators: readonly Operator[]): Operator | undefined {
    const { kind, text } = this.#peek;
    const found = kind === "symbol" ? operators.find((one) => one === text) : undefined;
    if (found) this.#next += 1;
    return found;
  }

  #operand(): Expression {
    const token = this.#peek;
    if (token.kind === "number") {
      this.#next += 1;
      return { kind: "number", value: Number(token.text) };
    }
    if (this.#takes("(")) {
      const inner = this.comparison();
      this.#expect(")");
      return inner;
    }
    if (token.kind !== "name") {
      if (token.text === "{") throw this.#failure(token.at, "a selector without a metric's name is not served here");
      throw this.#unexpected();
    }
    this.#next += 1;
    const aggregation = AGGREGATIONS.find((name) => name === token.text);
    if (aggregation && this.#opensAggregation()) return this.#aggregation(aggregation);
    if (this.#peek.text !== "(") return this.#selector(token);
    const range = RANGE_FUNCTIONS.find((name) => name === token.text);
    if (!range) throw this.#failure(token.at, `the function ${token.text} is not served here`);
    return this.#range(range);
  }

  #opensAggregation(): boolean {
    return this.#peek.text === "(" || this.#peek.text === "by" || this.#peek.text === "without";
  }

  #aggregation(name: (typeof AGGREGATIONS)[number]): Expression {
    const before = this.#by();
    this.#expect("(");
    const of = this.comparison();
    this.#expect(")");
    return { kind: "aggregation", name, of, by: before ?? this.#by() ?? [] };
  }

  #by(): string[] | undefined {
    const { text, at } = this.#peek;
    if (text === "without") throw this.#failure(at, "without is not served here; use by");
    if (text !== "by") return undefined;
    this.#next += 1;
    this.#expect("(");
    const labels: string[] = [];
    while (!this.#takes(")")) {
      labels.push(this.#take("name", "a label").text);
      if (this.#peek.text !== ")") this.#expect(",");
    }
    return labels;
  }

  #range(name: (typeof RANGE_FUNCTIONS)[number]): Expression {
    this.#expect("(");
    const selector = this.#selector(this.#take("name", "a metric"));
    this.#expect("[");
    const rangeMs = durationMs(this.#take("duration", "a duration").text);
    this.#expect("]");
    this.#expect(")");
    return { kind: "range", name, selector, rangeMs };
  }

  #selector(metric: Token): Selector {
    const matchers: Matcher[] = [];
    if (this.#takes("{")) {
      while (!this.#takes("}")) {
        matchers.push(this.#matcher());
        if (this.#peek.text !== "}") this.#expect(",");
      }
    }
    return { kind: "selector", metric: metric.text, matchers };
  }

  #matcher(): Matcher {
    const label = this.#take("name", "a label").text;
    const { text } = this.#peek;
    const operator = (["=~", "!~", "!=", "="] as const).find((one) => one === text);
    if (!operator) throw this.#unexpected();
    this.#next += 1;
    const string = this.#take("string", "a text in quotes");
    const value = string.text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
    if (operator.endsWith("~") && !isPattern(value))
      throw this.#failure(string.at, `"${value}" is no regular expression`);
    return { label, operator, value };
  }

  #takes(symbol: string): boolean {
    const { kind, text } = this.#peek;
    if (kind !== "symbol" || text !== symbol) return false;
    this.#next += 1;
    return true;
  }

  #expect(symbol: string): void {
    if (!this.#takes(symbol)) throw this.#failure(this.#peek.at, `expected "${symbol}", found ${nameOf(this.#peek)}`);
  }

  #take(kind: Token["kind"], what: string): Token {
    const token = this.#peek;
    if (token.kind !== kind) throw this.#failure(token.at, `expected ${what}, found ${nameOf(token)}`);
    this.#next += 1;
    return token;
  }

  #unexpected(): QueryError {
    return this.#failure(this.#peek.at, `unexpected ${nameOf(this.#peek)}`);
  }

  #failure(at: number, what: string): QueryError {
    const before = this.#query.slice(0, at).split("\n");
    return new QueryError(`${before.length}:${(before.at(-1)?.length ?? 0) + 1}: parse error: ${what}`);
  }
}

function tokensOf(query: string, failure: (at: number, what: string) => QueryError): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    if (/\s/.test(query.charAt(at))) {
      at += 1;
      continue;
    }
    const [kind, text] = tokenAt(query, at) ?? [];
    if (kind === undefined || text === undefined) throw failure(at, `unexpected character "${query.charAt(at)}"`);
    tokens.push({ kind, text, at });
    at += text.length;
  }
  return tokens;
}

function tokenAt(query: string, at: number): readonly [Token["kind"], string] | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const text = pattern.exec(query)?.[0];
    if (text !== undefined) return [kind, text];
  }
  return undefined;
}

/** Milliseconds of a duration like `5m` or `1h30m`. */
export function durationMs(text: string): number {
  const parts = [...text.matchAll(/(\d+)(ms|[smhdw])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_MS[unit] ?? 0), 0);
}

function nameOf({ kind, text }: Token): string {
  return kind === "end" ? "the end of the query" : `"${text}"`;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`);
    return true;
  } catch {
    return false;
  }
}
