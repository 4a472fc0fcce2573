import { RenderProblem } from "../kustomize-error.ts";
import { keyIn1_1, scalarData } from "../yaml/json-value.ts";
import { isEmpty, isNull, type YamlMap, type YamlNode, type YamlScalar } from "../yaml/node.ts";
import { nearestName } from "./nearest-name.ts";

/**
 * Reads a value of one shape, or throws a RenderProblem that names line and path. Null counts as not said, as it does for
 * kustomize; so does what is not there.
 */
export type Decoder<T> = (node: YamlNode, path: string) => T;

/** What is asked of a field: only what is said is there. */
export type Fields = Readonly<Record<string, Decoder<unknown>>>;

/** What a record of fields reads to. */
export type Decoded<F extends Fields> = { readonly [K in keyof F]?: F[K] extends Decoder<infer T> ? T : never };

/** Text; numbers and truth values are refused, as kustomize refuses them. */
export const text: Decoder<string> = (node, path) => {
  const data = node.kind === "scalar" ? dataOf(node) : undefined;
  if (typeof data === "string") return data;
  throw refused(node, path, `must be text${node.kind === "scalar" ? `; put ${node.value} in quotes` : ""}`);
};

export const flag: Decoder<boolean> = (node, path) => {
  const data = node.kind === "scalar" ? dataOf(node) : undefined;
  if (typeof data === "boolean") return data;
  throw refused(node, path, "must be true or false");
};

export const integer: Decoder<number> = (node, path) => {
  const data = node.kind === "scalar" ? dataOf(node) : undefined;
  if (typeof data === "number" && Number.isInteger(data)) return data;
  throw refused(node, path, "must be a whole number");
};

export function list<T>(item: Decoder<T>): Decoder<readonly T[]> {
  return (node, path) => {
    if (node.kind !== "list") throw refused(node, path, "must be a list");
    return node.items.map((entry, index) => item(entry, `${path}[${index}]`));
  };
}

/** A mapping of any names. */
export function mapping<T>(value: Decoder<T>): Decoder<ReadonlyMap<string, T>> {
  return (node, path) => {
    if (node.kind !== "map") throw refused(node, path, "must be a mapping");
    refuseTwice(node, path);
    const entries = node.entries.filter((entry) => !isNull(entry.value));
    return new Map(entries.map((entry) => [keyIn1_1(entry), value(entry.value, join(path, entry.key))]));
  };
}

/** A mapping of known names; case does not matter, as it does not for kustomize. Unknown ones are refused. */
export function record<F extends Fields>(fields: F): Decoder<Decoded<F>> {
  const known = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]));
  return (node, path) => {
    if (node.kind !== "map") throw refused(node, path, "must be a mapping");
    refuseTwice(node, path);
    const result: Record<string, unknown> = {};
    for (const entry of node.entries) {
      const name = known.get(entry.key.toLowerCase());
      const decode = name === undefined ? undefined : fields[name];
      const where = join(path, entry.key);
      if (name === undefined || decode === undefined) throw unknownField(entry.line, where, [...known.values()]);
      if (!isNull(entry.value)) result[name] = decode(entry.value, where);
    }
    // Every name of `result` is one of `fields`, and its value came from that field's decoder.
    return result as Decoded<F>;
  };
}

/** A field that kustomize has and this renderer has not: refused, with what to do, unless it asks for nothing. */
export function unsupported(advice: string): Decoder<undefined> {
  return (node, path) => {
    if (isEmpty(node)) return undefined;
    throw refused(node, path, `is not supported; ${advice}`);
  };
}

/** A problem with a value, with its line. */
export function refused(node: YamlNode, path: string, problem: string): RenderProblem {
  return new RenderProblem(`${node.line === undefined ? "" : `line ${node.line}: `}${path} ${problem}`);
}

function unknownField(line: number | undefined, path: string, known: readonly string[]): RenderProblem {
  const name = path.slice(path.lastIndexOf(".") + 1);
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `known are ${known.join(", ")}` : `did you mean ${nearest}?`;
  return new RenderProblem(`${line === undefined ? "" : `line ${line}: `}${path} is no field; ${hint}`);
}

function refuseTwice(map: YamlMap, path: string): void {
  const seen = new Set<string>();
  for (const { key, line } of map.entries) {
    if (seen.has(key)) {
      throw new RenderProblem(`${line === undefined ? "" : `line ${line}: `}${join(path, key)} is there twice`);
    }
    seen.add(key);
  }
}

function dataOf(node: YamlScalar) {
  return scalarData(node, "1.1");
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
