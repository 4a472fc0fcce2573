import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { NOTES } from "../resource/resource.ts";
import { isOfType, type ResourceId } from "../resource/resource-id.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { setScalar } from "../yaml/node.ts";

/** A prefix or a suffix. */
export interface Affix {
  readonly place: "prefix" | "suffix";
  readonly text: string;
  readonly fields: readonly FieldSpec[];
}

/**
 * Puts a text before or after names (kustomize PrefixTransformer, SuffixTransformer). Definitions, API services and
 * Namespaces keep theirs: others mean them by it.
 */
export function addAffix(set: ResourceSet, { place, text, fields }: Affix): void {
  for (const resource of set.list) {
    const original = resource.originalId();
    if (keepsName(original)) continue;
    for (const spec of fields) {
      if (!isOfType(original, typeOf(spec))) continue;
      if (spec.path === "metadata/name") {
        resource.appendNote(place === "prefix" ? NOTES.prefixes : NOTES.suffixes, text);
        if (text !== "") resource.rememberId();
      }
      visitField(
        resource,
        spec,
        (node) => {
          if (node.kind !== "scalar") throw new RenderProblem("a name must be text");
          setScalar(node, place === "prefix" ? `${text}${node.value}` : `${node.value}${text}`);
        },
        "scalar",
      );
    }
  }
}

function keepsName({ group, kind }: ResourceId): boolean {
  if (kind === "CustomResourceDefinition" || kind === "Namespace") return true;
  return kind === "APIService" && group === "apiregistration.k8s.io";
}

function typeOf({ group = "", version = "", kind = "" }: FieldSpec) {
  return { group, version, kind };
}
