import { type Expression, type Matcher, type Operator, QueryError, type Selector } from "./promql-syntax.ts";

export type Labels = Readonly<Record<string, string>>;

/** A series whose value is known at any moment. */
export interface Series {
  readonly labels: Labels;
  /** Undefined where there is none. */
  valueAt(ms: number): number | undefined;
  /** For counters: when it began to count. */
  readonly sinceMs?: number;
}

/** Gives the series of a metric; none for a metric that is not known. */
export type SeriesSource = (selector: Selector) => readonly Series[];

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What a query comes to at a moment: samples, or a number. */
export type QueryResult =
  | { readonly kind: "vector"; readonly samples: readonly Sample[] }
  | { readonly kind: "scalar"; readonly value: number };

const ARITHMETIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
};
const TESTS: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">=": (left, right) => left >= right,
  "<=": (left, right) => left <= right,
  ">": (left, right) => left > right,
  "<": (left, right) => left < right,
};

/** Evaluates a query at a moment. Throws a QueryError for what cannot be combined. */
export function evaluate(expression: Expression, source: SeriesSource, atMs: number): QueryResult {
  switch (expression.kind) {
    case "number":
      return { kind: "scalar", value: expression.value };
    case "selector":
      return vector(selected(expression, source).flatMap((one) => sampleOf(one.labels, one.valueAt(atMs))));
    case "range":
      return vector(rangeOf(expression, source, atMs));
    case "aggregation": {
      const of = evaluate(expression.of, source, atMs);
      if (of.kind === "scalar")
        throw new QueryError(`1:1: parse error: ${expression.name} needs a vector, not a number`);
      return vector(aggregate(expression.name, expression.by, of.samples));
    }
    case "binary": {
      const left = evaluate(expression.left, source, atMs);
      return combine(expression.operator, left, evaluate(expression.right, source, atMs));
    }
  }
}

function vector(samples: readonly Sample[]): QueryResult {
  return { kind: "vector", samples };
}

function sampleOf(labels: Labels, value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ labels, value }];
}

function selected(selector: Selector, source: SeriesSource): Series[] {
  return source(selector).filter(({ labels }) => selector.matchers.every((matcher) => matches(matcher, labels)));
}

/** Whether a label is as a matcher wants it; a label that is not there counts as empty. */
function matches({ label, operator, value }: Matcher, labels: Labels): boolean {
  const actual = labels[label] ?? "";
  if (operator === "=") return actual === value;
  if (operator === "!=") return actual !== value;
  return new RegExp(`^(?:${value})$`).test(actual) === (operator === "=~");
}

function rangeOf(
  { name, selector, rangeMs }: Extract<Expression, { kind: "range" }>,
  source: SeriesSource,
  atMs: number,
): Sample[] {
  return selected(selector, source).flatMap((series) => {
    const { __name__: _, ...labels } = series.labels;
    const fromMs = Math.max(atMs - rangeMs, series.sinceMs ?? Number.NEGATIVE_INFINITY);
    const [first, last] = [series.valueAt(fromMs), series.valueAt(atMs)];
    if (first === undefined || last === undefined || fromMs >= atMs) return [];
    const increase = last - first;
    return sampleOf(labels, name === "increase" ? increase : increase / (rangeMs / 1_000));
  });
}

function aggregate(name: string, by: readonly string[], samples: readonly Sample[]): Sample[] {
  const groups = new Map<string, { labels: Labels; values: number[] }>();
  for (const { labels, value } of samples) {
    const kept = Object.fromEntries(
      by.flatMap((label) => (labels[label] === undefined ? [] : [[label, labels[label]]])),
    );
    const key = keyOf(kept);
    const group = groups.get(key) ?? { labels: kept, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ labels, values }) => ({ labels, value: reduce(name, values) }));
}

function reduce(name: string, values: readonly number[]): number {
  if (name === "min") return Math.min(...values);
  if (name === "max") return Math.max(...values);
  if (name === "count") return values.length;
  const sum = values.reduce((total, value) => total + value, 0);
  return name === "avg" ? sum / values.length : sum;
}

function combine(operator: Operator, left: QueryResult, right: QueryResult): QueryResult {
  const test = TESTS[operator];
  const calculate = ARITHMETIC[operator];
  if (left.kind === "scalar" && right.kind === "scalar") {
    if (!calculate)
      throw new QueryError("1:1: parse error: comparisons between numbers need bool, which is not served here");
    return { kind: "scalar", value: calculate(left.value, right.value) };
  }
  const pairs = pairsOf(left, right);
  if (test) return vector(pairs.filter((pair) => test(pair.left, pair.right)).map(({ sample }) => sample));
  return vector(
    pairs.map((pair) => ({
      labels: nameless(pair.sample.labels),
      value: calculate?.(pair.left, pair.right) ?? Number.NaN,
    })),
  );
}

/** What stands against what: a number against each sample, samples against those with the same labels. */
function pairsOf(left: QueryResult, right: QueryResult): Array<{ sample: Sample; left: number; right: number }> {
  if (left.kind === "scalar") {
    const samples = right.kind === "vector" ? right.samples : [];
    return samples.map((sample) => ({ sample, left: left.value, right: sample.value }));
  }
  if (right.kind === "scalar")
    return left.samples.map((sample) => ({ sample, left: sample.value, right: right.value }));
  const others = new Map(right.samples.map(({ labels, value }) => [keyOf(nameless(labels)), value]));
  return left.samples.flatMap((sample) => {
    const other = others.get(keyOf(nameless(sample.labels)));
    return other === undefined ? [] : [{ sample, left: sample.value, right: other }];
  });
}

function nameless({ __name__: _, ...labels }: Labels): Labels {
  return labels;
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
}
