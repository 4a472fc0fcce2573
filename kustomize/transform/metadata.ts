import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { setField, textNode, type YamlNode, type YamlScalar } from "../yaml/node.ts";

/** Sets labels or annotations, as text, in the fields given (kustomize api/filters/labels, annotations). */
export function setEntries(
  resources: readonly Resource[],
  entries: ReadonlyMap<string, string>,
  fields: readonly FieldSpec[],
): void {
  const sorted = [...entries].sort(([one], [two]) => (one < two ? -1 : 1));
  for (const resource of resources) {
    for (const [key, value] of sorted) {
      // One node for all places in an object, as in kustomize: a later change of one is a change of all.
      const entry = textNode(value);
      for (const spec of fields) visitField(resource, spec, (node) => setEntry(node, key, entry), "map");
    }
  }
}

function setEntry(node: YamlNode, key: string, value: YamlScalar): void {
  if (node.kind !== "map") throw new RenderProblem(`must be a mapping, to hold ${key}`);
  setField(node, key, value);
}
