/** A mapping of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is a mapping. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value below a chain of fields; undefined where the chain breaks. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let found: unknown = value;
  for (const name of path) {
    if (!isFields(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** The text below a chain of fields; undefined when there is none, or it is empty. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === "string" && found !== "" ? found : undefined;
}

/** The list below a chain of fields; empty when there is none. */
export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The mapping below a chain of fields; empty when there is none. */
export function fieldsAt(value: unknown, ...path: readonly string[]): Fields {
  const found = valueAt(value, ...path);
  return isFields(found) ? found : {};
}

/** Calls with every mapping inside of a value, itself included, and the name of the field that it is in. */
export function eachMapping(value: unknown, visit: (fields: Fields, field: string) => void, field = ""): void {
  if (Array.isArray(value)) for (const item of value) eachMapping(item, visit, field);
  if (!isFields(value)) return;
  visit(value, field);
  for (const [name, inner] of Object.entries(value)) eachMapping(inner, visit, name);
}
