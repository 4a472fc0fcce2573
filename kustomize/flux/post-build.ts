import { checkResource, type KubernetesResource } from "../kubernetes-resource.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { isJsonObject, type JsonValue, toJson } from "../yaml/json-value.ts";
import { printYaml } from "../yaml/print-yaml.ts";
import { readDocuments } from "../yaml/read-documents.ts";
import { substitute } from "./envsubst.ts";

const SWITCH = "kustomize.toolkit.fluxcd.io/substitute";
const NAME = /^[_a-zA-Z][_a-zA-Z0-9]*$/;

/**
 * Puts variables into an object as Flux's `postBuild` does (fluxcd/pkg kustomize/kustomize_varsub.go): in the text that
 * kustomize prints of it, read again as YAML 1.1, so that `${PORT}` becomes a number. Untouched without variables, and
 * where label or annotation says `disabled`. Line breaks in values are left out.
 * Throws a RenderProblem with the words of Flux; it may name a variable, never a value.
 */
export function substituteVariables(
  resource: KubernetesResource,
  variables: ReadonlyMap<string, string>,
  strict: boolean,
): KubernetesResource {
  if (variables.size === 0 || isSwitchedOff(resource)) return resource;
  for (const name of variables.keys()) {
    if (!NAME.test(name)) {
      throw new RenderProblem(`'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`);
    }
  }
  const text = printYaml(jsonOf(resource));
  if (!text.includes("$")) return resource;
  const replaced = substitute(text, (name) => variables.get(name)?.replaceAll("\n", ""), strict);
  const file = `${resource.kind}/${resource.metadata.name}`;
  const [document] = readDocuments(file, replaced);
  return checkResource(file, document ? toJson(document, "1.1") : undefined);
}

function isSwitchedOff({ metadata }: KubernetesResource): boolean {
  return [metadata.labels, metadata.annotations].some((holder) => {
    const said = jsonOf(holder);
    return isJsonObject(said) && said[SWITCH] === "disabled";
  });
}

/** What is JSON, as such; anything else is left out. */
function jsonOf(value: unknown): JsonValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== "object" || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, jsonOf(field)]));
}
