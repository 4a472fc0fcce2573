import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { groupAndVersion, isOfType } from "../resource/resource-id.ts";
import { emptyNode, fieldOf, isNull, overwriteNode, putField, type YamlMap, type YamlNode } from "../yaml/node.ts";
import { splitPath } from "./path-split.ts";

/** A field of some kinds of objects; parts of the type that are not said match any. */
export interface FieldSpec {
  readonly group?: string | undefined;
  readonly version?: string | undefined;
  readonly kind?: string | undefined;
  /** Names joined by `/`; lists on the way are walked through; `[]` after a name says that it is one. */
  readonly path: string;
  /** Whether what is missing on the way is made. */
  readonly create?: boolean | undefined;
}

interface Walk {
  readonly visit: (node: YamlNode) => void;
  readonly create: boolean;
  readonly leaf: YamlNode["kind"] | undefined;
}

/**
 * Visits the nodes that a field spec means in an object, of other types none (kustomize api/filters/fieldspec). With
 * `leaf`, a spec that says `create` makes the way there, and a leaf of that kind. Throws a RenderProblem where text
 * stands in the way.
 */
export function visitField(
  resource: Resource,
  spec: FieldSpec,
  visit: (node: YamlNode) => void,
  leaf?: YamlNode["kind"],
): void {
  if (!resource.node || !specMatches(resource, spec)) return;
  try {
    descend(resource.node, splitPath(spec.path, "/"), { visit, create: spec.create === true, leaf });
  } catch (error) {
    if (!(error instanceof RenderProblem)) throw error;
    throw new RenderProblem(`field ${spec.path} of ${resource}: ${error.message}`, { cause: error });
  }
}

/** Whether an object is of the types of a field spec, as it is now. */
function specMatches(resource: Resource, { group, version, kind }: FieldSpec): boolean {
  return isOfType(
    { ...groupAndVersion(resource.apiVersion), kind: resource.kind },
    { group: group ?? "", version: version ?? "", kind: kind ?? "" },
  );
}

function descend(node: YamlNode, path: readonly string[], walk: Walk): void {
  if (path.length === 0) {
    walk.visit(node);
    return;
  }
  if (isNull(node)) return;
  if (node.kind === "list") for (const item of node.items) descend(item, path, walk);
  else if (node.kind === "map") enter(node, path, walk);
  else throw new RenderProblem(`expected a list or a mapping before ${path.join("/")}`);
}

function enter(map: YamlMap, path: readonly string[], walk: Walk): void {
  const [first = "", ...rest] = path;
  const isList = first.endsWith("[]");
  const name = isList ? first.slice(0, -2) : first;
  if (name === "") throw new RenderProblem("a path with an empty name");
  const makes = walk.create && walk.leaf !== undefined && !isList;
  const kind = isList ? "list" : makes ? (rest.length === 0 ? walk.leaf : "map") : undefined;
  let field = fieldOf(map, name);
  if (field === undefined && makes && kind) {
    field = emptyNode(kind);
    putField(map, name, field);
  }
  if (field === undefined) return;
  if (isNull(field) && kind) overwriteNode(field, emptyNode(kind));
  descend(field, rest, walk);
}
