type Json = Readonly<Record<string, unknown>>;

/** What is wrong with a value, and where. */
export interface SchemaProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * Checks a value against a definition's structural schema: types, required fields, enumerations, patterns and bounds.
 * Rules in CEL are not evaluated, unknown fields are kept; `metadata` is the server's own business.
 */
export function schemaProblems(schema: Json, value: Json): SchemaProblem[] {
  const { metadata: _, ...rest } = value;
  return problemsOf(schema, rest, []).filter(({ path }) => path[0] !== "metadata");
}

function problemsOf(schema: Json, value: unknown, path: readonly string[]): SchemaProblem[] {
  if (value === null && schema.nullable === true) return [];
  if (schema["x-kubernetes-int-or-string"] === true) {
    return typeof value === "string" || Number.isInteger(value) ? [] : [typeProblem(path, value, "integer,string")];
  }
  if (typeof schema.type === "string" && !hasType(value, schema.type)) return [typeProblem(path, value, schema.type)];
  return [
    ...enumProblems(schema, value, path),
    ...boundProblems(schema, value, path),
    ...(isObject(value) ? fieldProblems(schema, value, path) : []),
    ...(Array.isArray(value) ? itemProblems(schema, value, path) : []),
  ];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    default:
      return true;
  }
}

function typeProblem(path: readonly string[], value: unknown, type: string): SchemaProblem {
  const found = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  return {
    path,
    message: `Invalid value: "${found}": ${path.join(".")} in body must be of type ${type}: "${found}"`,
  };
}

function enumProblems(schema: Json, value: unknown, path: readonly string[]): SchemaProblem[] {
  if (!Array.isArray(schema.enum) || schema.enum.includes(value)) return [];
  const known = schema.enum.map((entry) => JSON.stringify(entry)).join(", ");
  return [{ path, message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${known}` }];
}

function boundProblems(schema: Json, value: unknown, path: readonly string[]): SchemaProblem[] {
  const problem = (text: string) => [
    { path, message: `Invalid value: ${JSON.stringify(value)}: ${path.join(".")} in body should ${text}` },
  ];
  if (typeof value === "string") {
    if (typeof schema.pattern === "string" && !matchesPattern(schema.pattern, value)) {
      return problem(`match '${schema.pattern}'`);
    }
    if (typeof schema.minLength === "number" && value.length < schema.minLength) {
      return problem(`be at least ${schema.minLength} chars long`);
    }
    if (typeof schema.maxLength === "number" && value.length > schema.maxLength) {
      return problem(`be at most ${schema.maxLength} chars long`);
    }
  }
  if (typeof value === "number") {
    if (typeof schema.minimum === "number" && value < schema.minimum) {
      return problem(`be greater than or equal to ${schema.minimum}`);
    }
    if (typeof schema.maximum === "number" && value > schema.maximum) {
      return problem(`be less than or equal to ${schema.maximum}`);
    }
  }
  return [];
}

/** Patterns are written in RE2; the few that JavaScript cannot read are not held against anybody. */
function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    return true;
  }
}

function fieldProblems(schema: Json, value: Json, path: readonly string[]): SchemaProblem[] {
  const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
  const missing = required
    .filter((name) => value[name] === undefined && name !== "metadata")
    .map((name) => ({ path: [...path, name], message: "Required value" }));
  const properties = isObject(schema.properties) ? schema.properties : {};
  const others = isObject(schema.additionalProperties) ? schema.additionalProperties : undefined;
  return [
    ...missing,
    ...Object.entries(value).flatMap(([name, entry]) => {
      const own = properties[name] ?? others;
      return isObject(own) ? problemsOf(own, entry, [...path, name]) : [];
    }),
  ];
}

function itemProblems(schema: Json, value: readonly unknown[], path: readonly string[]): SchemaProblem[] {
  const { items } = schema;
  if (!isObject(items)) return [];
  return value.flatMap((item, index) => problemsOf(items, item, [...path, String(index)]));
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
