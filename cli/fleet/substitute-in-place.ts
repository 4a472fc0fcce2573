import { type Fields, isFields } from "../../domain/fleet-check/objects/fields.ts";
import { substitute } from "../../kustomize/flux/envsubst.ts";

/** Texts that YAML reads as what they are, whatever stands around them: no number, no truth value, no sign of YAML. */
const PLAIN = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[A-Za-z](?:[\w./@-]|:(?=\w))*$/i;

const NAME = /^[_a-zA-Z]\w*$/;

/**
 * Puts variables into the texts of an object where that must come to the same as what Flux does, which is to print it, to
 * replace and to read it again, and costs a hundred times as much. Undefined where it might not: then Flux's way is to be gone.
 */
export function substituteInPlace(body: Fields, variables: ReadonlyMap<string, string>): Fields | undefined {
  for (const name of variables.keys()) if (!NAME.test(name)) return undefined;
  const result = inValue(body, (name) => variables.get(name)?.replaceAll("\n", ""));
  return isFields(result) ? result : undefined;
}

/** Undefined for what must not be replaced in place. */
function inValue(value: unknown, variable: (name: string) => string | undefined): unknown {
  if (typeof value === "string") return inText(value, variable);
  if (Array.isArray(value)) {
    const items = value.map((item) => inValue(item, variable));
    return items.includes(undefined) ? undefined : items;
  }
  if (!isFields(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const replaced = key.includes("$") || key === "__proto__" ? undefined : inValue(field, variable);
    if (replaced === undefined) return undefined;
    result[key] = replaced;
  }
  return result;
}

function inText(text: string, variable: (name: string) => string | undefined): string | undefined {
  if (!text.includes("$")) return text;
  if (text.includes("$$") || text.includes("\n")) return undefined;
  const replaced = substitute(text, variable, false);
  return PLAIN.test(replaced) ? replaced : undefined;
}
