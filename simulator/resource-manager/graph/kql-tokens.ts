/** A piece of a query. */
export interface Token {
  readonly kind: "name" | "text" | "number" | "symbol" | "end";
  readonly value: string;
  /** Where it begins, from 0. */
  readonly at: number;
}

/** Thrown for a query that is wrong, or that is more than this Azure understands. Says where. */
export class QueryError extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.name = "QueryError";
    this.at = at;
  }
}

const PATTERN =
  /\s+|\/\/[^\n]*|(?<name>[A-Za-z_][\w]*~?)|(?<number>\d+(?:\.\d+)?)|(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<symbol>==|!=|=~|!~|<=|>=|[<>|,()=.[\]!])/y;

/** Takes a query apart. Throws a QueryError for a character that has no business there. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < query.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(query);
    if (!match) throw new QueryError(`unexpected character '${query[at]}'`, at);
    const { name, number, text, symbol } = match.groups ?? {};
    if (name !== undefined) tokens.push({ kind: "name", value: name, at });
    else if (number !== undefined) tokens.push({ kind: "number", value: number, at });
    else if (text !== undefined) tokens.push({ kind: "text", value: unquoted(text), at });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", value: symbol, at });
    at += match[0].length;
  }
  tokens.push({ kind: "end", value: "the end", at });
  return tokens;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}
