import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import { lookUp } from "../fields/path-match.ts";
import { splitFieldPath } from "../fields/path-split.ts";
import type { VarRule } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { groupAndVersion, livesInNoNamespace, type ResourceId, sameId, sameType } from "../resource/resource-id.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { numberText } from "../yaml/json-value.ts";
import type { YamlNode, YamlScalar } from "../yaml/node.ts";
import { resolveScalar, type ScalarData } from "../yaml/scalar-resolution.ts";

/** The vars of a build by name: where each takes its value from. */
export type Vars = Map<string, string>;

/**
 * Adds vars, and marks the objects that they take their values from. Throws a RenderProblem when a name is taken, or
 * when a var could mean several objects.
 */
export function addVars(set: ResourceSet, vars: Vars, rules: readonly VarRule[]): void {
  for (const { name = "", objref = {}, fieldref } of rules) {
    const type = objref.apiVersion ? groupAndVersion(objref.apiVersion) : { group: "", version: "", ...objref };
    const id: ResourceId = {
      group: type.group ?? "",
      version: type.version ?? "",
      kind: objref.kind ?? "",
      name: objref.name ?? "",
      namespace: objref.namespace ?? "",
    };
    const isExact = id.namespace !== "" || livesInNoNamespace(id);
    const found = set.byAnyId((other) => (isExact ? sameId(id, other) : sameType(id, other) && id.name === other.name));
    if (found.length > 1) throw new RenderProblem(`var ${name} can mean ${found.length} objects`);
    found[0]?.varNames.push(name);
    mergeVars(vars, new Map([[name, fieldref?.fieldPath || "metadata.name"]]));
  }
}

/** Adds vars of another build. Throws a RenderProblem when a name is taken. */
export function mergeVars(vars: Vars, more: Vars): void {
  for (const [name, path] of more) {
    if (vars.has(name)) throw new RenderProblem(`var ${name} is there twice`);
    vars.set(name, path);
  }
}

/** Puts the values of vars where `$(NAME)` stands, in the fields given (kustomize api/filters/refvar). */
export function resolveVars(set: ResourceSet, vars: Vars, fields: readonly FieldSpec[]): void {
  if (vars.size === 0) return;
  const values = new Map([...vars].map(([name, path]) => [name, varValue(set, name, path)] as const));
  for (const resource of set.list) {
    for (const spec of fields) visitField(resource, spec, (node) => substitute(node, values));
  }
}

type Values = ReadonlyMap<string, ScalarData | undefined>;

function varValue(set: ResourceSet, name: string, path: string): ScalarData | undefined {
  const holder = set.list.find((resource) => resource.varNames.includes(name));
  if (!holder?.node) throw new RenderProblem(`var ${name} means no object that is here`);
  const fields = splitFieldPath(path).flatMap((part) => /^(.*)\[(\d+)\]$/.exec(part)?.slice(1) ?? [part]);
  const node = lookUp(holder.node, fields);
  if (node === undefined) throw new RenderProblem(`var ${name}: there is no field ${path} in ${holder}`);
  if (node.kind !== "scalar") return undefined;
  return ["!!int", "!!float", "!!bool"].includes(node.tag) ? resolveScalar(node.value).data : node.value;
}

function substitute(node: YamlNode, values: Values): void {
  if (node.kind === "scalar") {
    if (isText(node)) update(node, values);
  } else if (node.kind === "map") {
    for (const { value } of node.entries) if (isText(value)) update(value, values);
  } else {
    for (const item of node.items) {
      if (!isText(item)) throw new RenderProblem("a list in which vars are replaced must be of text");
      update(item, values);
    }
  }
}

function isText(node: YamlNode): node is YamlScalar {
  return node.kind === "scalar" && (node.tag === "!!str" || node.tag === "");
}

function update(node: YamlScalar, values: Values): void {
  const value = expand(node.value, values);
  node.value = typeof value === "number" ? numberAsText(value) : String(value);
  node.tag =
    typeof value === "string" ? "!!str" : typeof value === "boolean" ? "!!bool" : resolveScalar(node.value).tag;
  node.quoted = false;
}

function numberAsText(value: number): string {
  return Number.isInteger(value) ? String(value) : numberText(value);
}

/** `$(NAME)` alone takes on the type of its value; `$$` is a dollar; names that are not known stay. */
function expand(text: string, values: Values): ScalarData {
  const whole = /^\$\(([^)]*)\)$/.exec(text);
  const value = whole?.[1] === undefined ? undefined : values.get(whole[1]);
  if (value !== undefined && value !== null) return value;
  return text.replace(/\$(\$|\(([^)]*)\))/g, (all, first: string, name?: string) => {
    if (first === "$") return "$";
    const known = values.get(name ?? "");
    return known === undefined ? all : String(known);
  });
}
