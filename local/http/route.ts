/**
 * Route templates of HTTP functions, as ASP.NET Core reads them: literals, `{name}`, `{name?}`, `{name=default}`,
 * `{*rest}`, and constraints such as `{id:int:min(1)}`. Matching ignores case; literals win over constrained parameters,
 * these over free ones, and these over catch-alls.
 */
export interface Route {
  /** Matches a path; answers the parameters, or undefined. */
  match(segments: readonly string[]): Readonly<Record<string, string>> | undefined;
  /** Orders routes: the smaller key is tried first. */
  readonly precedence: string;
}

/** A template that cannot be read; the message quotes it. */
export class RouteError extends Error {
  override readonly name = "RouteError";
}

interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly defaultValue: string | undefined;
  readonly constraints: ReadonlyArray<(value: string) => boolean>;
}

type Segment = { readonly literal: string } | { readonly parts: ReadonlyArray<string | Parameter> };

const GUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** Constraints by name; `argument` is what stands in parentheses. */
const CONSTRAINTS: Readonly<Record<string, (argument: string) => (value: string) => boolean>> = {
  int: () => (value) => /^-?\d+$/.test(value) && Math.abs(Number(value)) <= 2_147_483_648,
  long: () => (value) => /^-?\d{1,19}$/.test(value),
  bool: () => (value) => /^(true|false)$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => (value) => NUMBER.test(value),
  double: () => (value) => NUMBER.test(value),
  float: () => (value) => NUMBER.test(value),
  guid: () => (value) => GUID.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  required: () => (value) => value !== "",
  length: (argument) => {
    const [least = 0, most = least] = argument.split(",").map(Number);
    return (value) => value.length >= least && value.length <= most;
  },
  minlength: (argument) => (value) => value.length >= Number(argument),
  maxlength: (argument) => (value) => value.length <= Number(argument),
  min: (argument) => (value) => /^-?\d+$/.test(value) && Number(value) >= Number(argument),
  max: (argument) => (value) => /^-?\d+$/.test(value) && Number(value) <= Number(argument),
  range: (argument) => {
    const [least = 0, most = 0] = argument.split(",").map(Number);
    return (value) => /^-?\d+$/.test(value) && Number(value) >= least && Number(value) <= most;
  },
  regex: (argument) => {
    const pattern = new RegExp(argument.replaceAll("{{", "{").replaceAll("}}", "}"), "i");
    return (value) => pattern.test(value);
  },
};

/** Splits at slashes that are not inside of braces. */
function splitTemplate(template: string): string[] {
  const segments: string[] = [];
  let depth = 0;
  let current = "";
  for (const character of template) {
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (depth < 0) break;
    if (character === "/" && depth === 0) {
      segments.push(current);
      current = "";
    } else current += character;
  }
  if (depth !== 0) throw new RouteError(`The route "${template}" has a brace without its other half.`);
  segments.push(current);
  return segments.filter((segment) => segment !== "");
}

function parseParameter(text: string, template: string): Parameter {
  const match = /^(\*{0,2})([^:=?]+)((?::[a-z]+(?:\(.*?\)(?=:|=|\?|$))?)*)(\?|=.*)?$/i.exec(text);
  if (!match) throw new RouteError(`The route "${template}" has a malformed parameter {${text}}.`);
  const [, stars = "", name = "", constraintText = "", tail = ""] = match;
  const constraints = [...constraintText.matchAll(/:([a-z]+)(?:\((.*?)\)(?=:|$))?/gi)].map(
    ([, constraint = "", argument = ""]) => {
      const make = CONSTRAINTS[constraint.toLowerCase()];
      if (!make) throw new RouteError(`The route "${template}" uses the unknown constraint "${constraint}".`);
      try {
        return make(argument);
      } catch (error) {
        throw new RouteError(
          `The route "${template}" has a constraint that cannot be read: ${(error as Error).message}.`,
        );
      }
    },
  );
  return {
    name,
    constraints,
    catchAll: stars !== "",
    optional: tail === "?",
    defaultValue: tail.startsWith("=") ? tail.slice(1) : undefined,
  };
}

/** Cuts a segment into literal pieces and `{…}` pieces; braces inside of a constraint stay with it. */
function splitPieces(segment: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let current = "";
  for (const character of segment) {
    if (character === "{" && depth === 0 && current !== "") {
      pieces.push(current);
      current = "";
    }
    current += character;
    if (character === "{") depth += 1;
    if (character === "}") depth -= 1;
    if (character === "}" && depth === 0) {
      pieces.push(current);
      current = "";
    }
  }
  return current === "" ? pieces : [...pieces, current];
}

function parseSegment(text: string, template: string): Segment {
  const pieces = splitPieces(text);
  if (pieces.every((piece) => !piece.startsWith("{"))) return { literal: text.toLowerCase() };
  return {
    parts: pieces.map((piece) => (piece.startsWith("{") ? parseParameter(piece.slice(1, -1), template) : piece)),
  };
}

/** The parameter that makes up a whole segment. */
function wholeParameter(segment: Segment): Parameter | undefined {
  if ("literal" in segment || segment.parts.length !== 1) return undefined;
  const [part] = segment.parts;
  return typeof part === "object" ? part : undefined;
}

function precedenceOf(segment: Segment): string {
  if ("literal" in segment) return "1";
  const parameter = wholeParameter(segment);
  if (!parameter) return "2";
  if (parameter.catchAll) return parameter.constraints.length > 0 ? "5" : "6";
  return parameter.constraints.length > 0 ? "3" : "4";
}

function accepts(parameter: Parameter, value: string): boolean {
  return parameter.constraints.every((constraint) => constraint(value));
}

/** Matches a segment of literals and parameters, such as `report-{year}.csv`. */
function matchMixed(parts: ReadonlyArray<string | Parameter>, value: string, into: Record<string, string>): boolean {
  const quote = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = parts.map((part) => (typeof part === "string" ? quote(part) : "(.+?)")).join("");
  const match = new RegExp(`^${pattern}$`, "i").exec(value);
  if (!match) return false;
  const parameters = parts.filter((part) => typeof part === "object");
  return parameters.every((parameter, index) => {
    const found = match[index + 1] ?? "";
    into[parameter.name] = found;
    return accepts(parameter, found);
  });
}

function matchSegments(template: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [index, segment] of template.entries()) {
    const value = path[index];
    const parameter = wholeParameter(segment);
    if (parameter?.catchAll) {
      const rest = path.slice(index).join("/");
      if (rest !== "" || parameter.defaultValue !== undefined)
        parameters[parameter.name] = rest || (parameter.defaultValue ?? "");
      return accepts(parameter, rest) ? parameters : undefined;
    }
    if (value === undefined) {
      if (!parameter || (!parameter.optional && parameter.defaultValue === undefined)) return undefined;
      if (parameter.defaultValue !== undefined) parameters[parameter.name] = parameter.defaultValue;
    } else if ("literal" in segment) {
      if (segment.literal !== value.toLowerCase()) return undefined;
    } else if (parameter) {
      if (!accepts(parameter, value)) return undefined;
      parameters[parameter.name] = value;
    } else if (!matchMixed(segment.parts, value, parameters)) return undefined;
  }
  return path.length > template.length ? undefined : parameters;
}

/** Holds a template to ASP.NET Core's rules: a name is used once, and a catch-all comes last. */
function checkParameters(segments: readonly Segment[], template: string): void {
  const parameters = segments.flatMap((segment) =>
    "literal" in segment ? [] : segment.parts.filter((part) => typeof part !== "string"),
  );
  const names = parameters.map(({ name }) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RouteError(`The route "${template}" uses the parameter {${twice}} twice.`);
  const early = segments.slice(0, -1).find((segment) => wholeParameter(segment)?.catchAll);
  if (early) throw new RouteError(`The route "${template}" has a catch-all parameter before its last segment.`);
}

/** Reads a template. Throws RouteError for one that is malformed. */
export function parseRoute(template: string): Route {
  const segments = splitTemplate(template).map((segment) => parseSegment(segment, template));
  checkParameters(segments, template);
  return {
    match: (path) => matchSegments(segments, path),
    precedence: segments.map(precedenceOf).join(""),
  };
}
