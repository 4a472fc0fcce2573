import { RenderProblem } from "../kustomize-error.ts";
import { isOfType } from "../resource/resource-id.ts";
import { DEFAULT_FIELDS } from "./default-fields.ts";
import type { FieldSpec } from "./field-spec.ts";
import { NAME_REFERENCES, type NameReference } from "./name-references.ts";
import { VAR_REFERENCES } from "./var-references.ts";

/** Which lists of field specs there are, under their names in `configurations` files. */
export const FIELD_LISTS = [
  "namePrefix",
  "nameSuffix",
  "namespace",
  "commonLabels",
  "labels",
  "templateLabels",
  "commonAnnotations",
  "varReference",
  "images",
  "replicas",
] as const;

export type FieldList = (typeof FIELD_LISTS)[number];

/** Which fields the built-in transformers change. */
export type TransformerConfig = Readonly<Record<FieldList, readonly FieldSpec[]>> & {
  readonly nameReference: readonly NameReference[];
};

/** What kustomize knows of itself. */
export const DEFAULT_CONFIG: TransformerConfig = {
  ...DEFAULT_FIELDS,
  varReference: VAR_REFERENCES,
  nameReference: NAME_REFERENCES,
};

/** Nothing at all: what a build begins with. */
export const EMPTY_CONFIG: TransformerConfig = {
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  varReference: [],
  images: [],
  replicas: [],
  nameReference: [],
};

/** Adds field specs that are not there yet. Throws a RenderProblem when two of them differ in `create` only. */
export function mergeFields(present: readonly FieldSpec[], more: readonly FieldSpec[]): FieldSpec[] {
  const result = [...present];
  for (const spec of more) {
    const same = result.find((known) => known.path === spec.path && isOfType(typeOf(known), spec));
    if (!same) result.push(spec);
    else if ((same.create === true) !== (spec.create === true)) {
      throw new RenderProblem(`field specs of ${spec.path} are in conflict: one creates the field, another does not`);
    }
  }
  return result;
}

/** Merges two configurations, as kustomize does for bases and for `configurations` files. */
export function mergeConfigs(one: TransformerConfig, other: TransformerConfig): TransformerConfig {
  const list = (name: FieldList) => mergeFields(one[name], other[name]);
  return {
    namePrefix: list("namePrefix"),
    nameSuffix: list("nameSuffix"),
    namespace: list("namespace"),
    commonLabels: list("commonLabels"),
    labels: list("labels"),
    templateLabels: list("templateLabels"),
    commonAnnotations: list("commonAnnotations"),
    varReference: list("varReference"),
    images: list("images"),
    replicas: list("replicas"),
    nameReference: mergeReferences(one.nameReference, other.nameReference),
  };
}

function mergeReferences(one: readonly NameReference[], other: readonly NameReference[]): NameReference[] {
  const result = [...one];
  for (const reference of other) {
    const index = result.findIndex((known) => sameTarget(known, reference));
    const known = result[index];
    if (!known) result.push(reference);
    else result[index] = { ...known, fieldSpecs: mergeFields(known.fieldSpecs, reference.fieldSpecs) };
  }
  return result;
}

function sameTarget(one: NameReference, other: NameReference): boolean {
  const [left, right] = [typeOf(one), typeOf(other)];
  return left.group === right.group && left.version === right.version && left.kind === right.kind;
}

function typeOf({ group = "", version = "", kind = "" }: Omit<NameReference, "fieldSpecs">) {
  return { group, version, kind };
}
