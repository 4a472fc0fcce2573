import { compareValues, type Expression, type Row, readCondition, readValue, TokenReader } from "./kql-expression.ts";
import { QueryError, tokensOf } from "./kql-tokens.ts";

type Step = (rows: Row[]) => Row[];

/** A query, read: from which table, and what is done to its rows. */
export interface Query {
  readonly table: "resources" | "resourcecontainers";
  run(rows: readonly Row[]): Row[];
}

/**
 * Reads the part of the Kusto language that is understood here: `Resources | where ... | project ... | extend ... |
 * order by ... | limit n | count`. Throws a QueryError that says where a query leaves it.
 */
export function parseQuery(text: string): Query {
  const reader = new TokenReader(tokensOf(text));
  const { value, at } = reader.expect("name", "a table");
  const table = value.toLowerCase();
  if (table !== "resources" && table !== "resourcecontainers") {
    throw new QueryError(`the table ${value} is not supported here: Resources, ResourceContainers`, at);
  }
  const steps: Step[] = [];
  while (reader.take("|")) steps.push(readStep(reader));
  if (reader.token.kind !== "end") throw reader.wrong("'|'");
  return { table, run: (rows) => steps.reduce((left, step) => step(left), [...rows]) };
}

function readStep(reader: TokenReader): Step {
  const { value, at } = reader.expect("name", "an operator");
  switch (value.toLowerCase()) {
    case "where": {
      const condition = readCondition(reader);
      return (rows) => rows.filter((row) => condition(row) === true);
    }
    case "project":
      return readProject(reader, () => ({}));
    case "extend":
      return readProject(reader, (row) => row);
    case "order":
    case "sort":
      return readOrder(reader);
    case "limit":
    case "take": {
      const count = Number(reader.expect("number", "a number").value);
      return (rows) => rows.slice(0, count);
    }
    case "count":
      return (rows) => [{ Count: rows.length }];
    default:
      throw new QueryError(
        `the operator ${value} is not supported here: where, project, extend, order by, limit, count`,
        at,
      );
  }
}

function readProject(reader: TokenReader, base: (row: Row) => Row): Step {
  const columns: Array<readonly [string, Expression]> = [];
  do columns.push(readColumn(reader));
  while (reader.take(","));
  return (rows) =>
    rows.map((row) => ({
      ...base(row),
      ...Object.fromEntries(columns.map(([name, value]) => [name, value(row) ?? null])),
    }));
}

/** `column`, or `name = value`. A member without a name of its own gets that of its path, as in Resource Graph. */
function readColumn(reader: TokenReader): readonly [string, Expression] {
  const { value: name } = reader.token;
  const value = readValue(reader);
  return reader.take("=") ? [name, readValue(reader)] : [name, value];
}

function readOrder(reader: TokenReader): Step {
  if (!reader.take("by")) throw reader.wrong("'by'");
  const keys: Array<{ readonly value: Expression; readonly sign: number }> = [];
  do {
    const value = readValue(reader);
    // Kusto sorts descending unless told otherwise.
    const sign = reader.take("asc") ? 1 : -1;
    if (sign === -1) reader.take("desc");
    keys.push({ value, sign });
  } while (reader.take(","));
  return (rows) =>
    [...rows].sort((left, right) => {
      for (const { value, sign } of keys) {
        const order = compareValues(value(left), value(right)) * sign;
        if (order !== 0) return order;
      }
      return 0;
    });
}
