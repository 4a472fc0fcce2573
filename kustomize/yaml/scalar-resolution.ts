import { RenderProblem } from "../kustomize-error.ts";
import { timestampOf } from "./timestamp.ts";

/** What a plain scalar stands for. Whole numbers that do not fit a double are bigints. */
export type ScalarData = string | number | bigint | boolean | null;

export interface ResolvedScalar {
  readonly tag: string;
  readonly data: ScalarData;
}

/** `1.1` knows yes, no, on, off, y and n as truth values; `1.2` is what kustomize reads resources with. */
export type YamlVersion = "1.1" | "1.2";

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const POINT_FIRST = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;

function words(spellings: string, tag: string, data: ScalarData): [string, ResolvedScalar][] {
  return spellings.split(" ").map((word) => [word, { tag, data }]);
}

const WORDS: ReadonlyMap<string, ResolvedScalar> = new Map([
  ...words("true True TRUE", "!!bool", true),
  ...words("false False FALSE", "!!bool", false),
  ...words(" ~ null Null NULL", "!!null", null),
  ...words(".nan .NaN .NAN", "!!float", Number.NaN),
  ...words(".inf .Inf .INF +.inf +.Inf +.INF", "!!float", Number.POSITIVE_INFINITY),
  ...words("-.inf -.Inf -.INF", "!!float", Number.NEGATIVE_INFINITY),
]);

const WORDS_OF_1_1: ReadonlyMap<string, ResolvedScalar> = new Map([
  ...words("y Y yes Yes YES on On ON", "!!bool", true),
  ...words("n N no No NO off Off OFF", "!!bool", false),
]);

/**
 * Says what a plain scalar is, as go-yaml does (sigs.k8s.io/yaml goyaml.v3/resolve.go, and goyaml.v2 for `1.1`): octal
 * numbers of both spellings, underscores in numbers, and dates included.
 */
export function resolveScalar(text: string, version: YamlVersion = "1.2"): ResolvedScalar {
  const word = WORDS.get(text) ?? (version === "1.1" ? WORDS_OF_1_1.get(text) : undefined);
  if (word) return word;
  if (POINT_FIRST.test(text)) return { tag: "!!float", data: Number(text) };
  if (/^[-+0-9]/.test(text)) {
    const timestamp = timestampOf(text);
    if (timestamp !== undefined) return { tag: "!!timestamp", data: timestamp };
    const plain = text.replaceAll("_", "");
    const whole = wholeNumber(plain);
    if (whole !== undefined) return { tag: "!!int", data: whole };
    if (FLOAT.test(plain)) return { tag: "!!float", data: Number(plain) };
  }
  return { tag: "!!str", data: text };
}

/**
 * Says what a scalar with a tag of its own is. Throws a RenderProblem when the text is not of that tag.
 */
export function resolveTagged(tag: string, text: string): ScalarData {
  if (tag === "!!binary") throw new RenderProblem(`!!binary data is not supported: ${text.slice(0, 20)}`);
  if (!["!!bool", "!!int", "!!float", "!!null", "!!timestamp"].includes(tag)) return text;
  const resolved = resolveScalar(text);
  if (resolved.tag === tag) return resolved.data;
  if (tag === "!!float" && resolved.tag === "!!int") return Number(resolved.data);
  throw new RenderProblem(`cannot decode ${resolved.tag} \`${text}\` as a ${tag}`);
}

const MAX_UNSIGNED = 2n ** 64n - 1n;
const MIN_SIGNED = -(2n ** 63n);

function wholeNumber(plain: string): number | bigint | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(plain);
  if (!match) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const size = BigInt(hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : (decimal ?? "0"));
  const value = sign === "-" ? -size : size;
  const max = sign === "" ? MAX_UNSIGNED : -MIN_SIGNED - 1n;
  if (value < MIN_SIGNED || value > max) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
