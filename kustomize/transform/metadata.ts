import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { setField, textNode, type YamlNode } from "../yaml/node.ts";

/** Sets labels or annotations, as text, in the fields given (kustomize api/filters/labels, annotations). */
export function setEntries(
  resources: readonly Resource[],
  entries: ReadonlyMap<string, string>,
  fields: readonly FieldSpec[],
): void {
  const sorted = [...entries].sort(([one], [two]) => (one < two ? -1 : 1));
  for (const resource of resources) {
    for (const [key, value] of sorted) {
      for (const spec of fields) visitField(resource, spec, (node) => setEntry(node, key, value), "map");
    }
  }
}

function setEntry(node: YamlNode, key: string, value: string): void {
  if (node.kind !== "map") throw new RenderProblem(`must be a mapping, to hold ${key}`);
  setField(node, key, textNode(value));
}
