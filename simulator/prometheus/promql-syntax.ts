/** A label matcher of a selector. */
export interface Matcher {
  readonly label: string;
  readonly operator: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}

export interface Selector {
  readonly kind: "selector";
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

export const COMPARISONS = ["==", "!=", ">=", "<=", ">", "<"] as const;
export type Operator = (typeof COMPARISONS)[number] | "+" | "-" | "*" | "/";
export const AGGREGATIONS = ["sum", "avg", "min", "max", "count"] as const;
export const RANGE_FUNCTIONS = ["rate", "increase"] as const;

/** A query, read. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | Selector
  | {
      readonly kind: "range";
      readonly name: (typeof RANGE_FUNCTIONS)[number];
      readonly selector: Selector;
      readonly rangeMs: number;
    }
  | {
      readonly kind: "aggregation";
      readonly name: (typeof AGGREGATIONS)[number];
      readonly by: readonly string[];
      readonly of: Expression;
    }
  | {
      readonly kind: "binary";
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** A query that is wrong, or that is more than is served here. The message begins with line and column. */
export class QueryError extends Error {
  override readonly name = "QueryError";
}
