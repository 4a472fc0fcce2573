import { RenderProblem } from "../kustomize-error.ts";
import { fieldOf, isMissing, isNull, setField, textOf, type YamlMap, type YamlNode } from "../yaml/node.ts";
import { mergeItems } from "./associative-list.ts";
import { type MergeSchema, schemaOfField, schemaOfKind } from "./merge-schema.ts";
import { type Directive, takeDirective } from "./patch-directive.ts";

/** What one place has in the object and in the patch. */
export interface Sources {
  readonly object: YamlNode | undefined;
  readonly patch: YamlNode | undefined;
}

/**
 * Merges a patch into an object as kustomize does (kyaml yaml/merge2, yaml/walk): mappings field by field, lists with a
 * merge key item by item, other lists as a whole; null removes, `$patch: delete|replace|merge` does what it says, and
 * `$setElementOrder` and `$retainKeys` are taken for ordinary fields. Undefined when nothing is left. Changes both.
 */
export function strategicMerge(object: YamlNode, patch: YamlNode): YamlNode | undefined {
  return mergeNodes({ object, patch }, undefined);
}

/** Merges what one place has, knowing what the schema says of it. */
export function mergeNodes(sources: Sources, known: MergeSchema | undefined): YamlNode | undefined {
  const { object, patch } = sources;
  const schema = known ?? schemaOf(object) ?? schemaOf(patch);
  const kind = !isMissing(object) ? object.kind : !isMissing(patch) ? patch.kind : "map";
  for (const node of [object, patch]) {
    if (!isMissing(node) && node.kind !== kind) {
      throw new RenderProblem(`the patch has a ${nameOf(node)} where the object has a ${nameOf(object ?? node)}`);
    }
  }
  if (kind === "scalar") return patch ?? object;
  if (kind === "map") return mergeMaps(sources, schema);
  if (schema?.mergeKeys === undefined) return patch ?? object;
  return mergeLists(sources, schema);
}

function nameOf(node: YamlNode): string {
  return { scalar: "value", map: "mapping", list: "list" }[node.kind];
}

/** The schema of something that says its own type. */
function schemaOf(node: YamlNode | undefined): MergeSchema | undefined {
  return node?.kind === "map"
    ? schemaOfKind(textOf(fieldOf(node, "apiVersion")), textOf(fieldOf(node, "kind")))
    : undefined;
}

function mergeMaps({ object, patch }: Sources, schema: MergeSchema | undefined): YamlNode | undefined {
  const result = chooseMap(object, patch);
  if (result?.kind !== "map") return result;
  const names = new Set(
    [result, patch].flatMap((node) => (node?.kind === "map" ? node.entries : [])).map(({ key }) => key),
  );
  for (const name of [...names].sort()) {
    const sources = { object: fieldOf(result, name), patch: fieldOf(patch, name) };
    const merged = mergeNodes(sources, schemaOfField(schema, name));
    const added = result.entries.length;
    setField(result, name, merged);
    if (result.entries.length > added) keepKey(result, patch, name);
  }
  return result;
}

/** A key that is new is written as the patch writes it. */
function keepKey(map: YamlMap, patch: YamlNode | undefined, name: string): void {
  const from = patch?.kind === "map" ? patch.entries.find(({ key }) => key === name) : undefined;
  const entry = map.entries.at(-1);
  if (from && entry) entry.keyTag = from.keyTag;
}

function chooseMap(object: YamlNode | undefined, patch: YamlNode | undefined): YamlNode | undefined {
  if (object === undefined || isNull(object)) {
    if (patch?.kind === "map" && takeDirective(patch) === "delete") return undefined;
    if (patch === undefined && object?.kind === "scalar" && object.value !== "") {
      return { kind: "scalar", tag: "!!null", value: object.value, quoted: false, keep: true };
    }
    return patch;
  }
  if (patch !== undefined && isNull(patch)) return undefined;
  return follow(patch?.kind === "map" ? takeDirective(patch) : "merge", object, patch);
}

function mergeLists(sources: Sources, schema: MergeSchema): YamlNode | undefined {
  const { object, patch } = sources;
  const chosen = chooseList(object, patch);
  if (chosen?.kind !== "list") return undefined;
  const patchList = patch?.kind === "list" ? patch : undefined;
  return mergeItems({ object: chosen, patch: patchList }, schema);
}

function chooseList(object: YamlNode | undefined, patch: YamlNode | undefined): YamlNode | undefined {
  if (isMissing(object)) return patch;
  if (patch !== undefined && isNull(patch)) return undefined;
  return follow(patch?.kind === "list" ? takeDirective(patch) : "merge", object, patch);
}

function follow(directive: Directive, object: YamlNode, patch: YamlNode | undefined): YamlNode | undefined {
  if (directive === "delete") return undefined;
  return directive === "replace" ? patch : object;
}
