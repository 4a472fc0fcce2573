import { lookUp, matchPath } from "../fields/path-match.ts";
import { splitFieldPath } from "../fields/path-split.ts";
import { list } from "../kustomization/decoder.ts";
import { type Folder, loadText } from "../kustomization/folder.ts";
import { type ReplacementRule, replacement, type Selector } from "../kustomization/kustomization.ts";
import { inFile, RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import type { Resource } from "../resource/resource.ts";
import { isOfType, type ResourceId } from "../resource/resource-id.ts";
import { parseLabelSelector } from "../select/label-selector.ts";
import { cloneNode, isEmpty, overwriteNode, textOf, type YamlNode } from "../yaml/node.ts";
import { readDocuments } from "../yaml/read-documents.ts";

type TargetRule = NonNullable<ReplacementRule["targets"]>[number];
type FieldOptions = TargetRule["options"];

const DEFAULT_PATH = "metadata.name";

/** The replacements of an entry: itself, or those of the file it names. */
export function loadReplacements(
  entry: ReplacementRule & { readonly path?: string },
  folder: Folder,
): readonly ReplacementRule[] {
  if (!entry.path) return [entry];
  if (entry.source || entry.targets?.length) throw new RenderProblem("a replacement has a path, or source and targets");
  const file = joinPath(folder.path, entry.path);
  return inFile(file, () => {
    const [document] = readDocuments(file, loadText(folder, entry.path ?? ""));
    if (document?.kind === "list") return list(replacement)(document, "");
    if (document?.kind === "map") return [replacement(document, "")];
    throw new RenderProblem("holds neither a replacement nor a list of them");
  });
}

/** Copies a value of one object into fields of others (kustomize api/filters/replacement). */
export function applyReplacement(resources: readonly Resource[], { source, targets }: ReplacementRule): void {
  if (!source || !targets) throw new RenderProblem("replacements must specify a source and at least one target");
  const value = sourceValue(resources, source);
  for (const target of targets) applyToTarget(resources, value, target);
}

function sourceValue(resources: readonly Resource[], source: NonNullable<ReplacementRule["source"]>): YamlNode {
  const found = resources.filter((resource) => resource.anyIds().some((id) => isSelected(id, source)));
  const [resource, second] = found;
  if (second) throw new RenderProblem(`replacement: multiple matches for the source ${describe(source)}`);
  if (!resource?.node) throw new RenderProblem(`replacement: nothing selected by the source ${describe(source)}`);
  const path = source.fieldPath || DEFAULT_PATH;
  const node = lookUp(resource.node, splitFieldPath(path));
  if (node === undefined || isEmpty(node)) {
    throw new RenderProblem(`replacement: fieldPath ${path} is missing in the source ${resource}`);
  }
  return refine(node, source.options);
}

function refine(node: YamlNode, options: FieldOptions): YamlNode {
  if (!options?.delimiter) return node;
  if (node.kind !== "scalar") throw new RenderProblem("replacement: the delimiter option is for values only");
  const index = options.index ?? 0;
  const part = index < 0 ? undefined : node.value.split(options.delimiter)[index];
  if (part === undefined)
    throw new RenderProblem(`replacement: options.index ${index} is out of bounds for ${node.value}`);
  return { ...node, value: part };
}

function applyToTarget(resources: readonly Resource[], value: YamlNode, target: TargetRule): void {
  const { select, reject = [] } = target;
  if (!select) throw new RenderProblem("replacement: a target must specify resources to select");
  for (const resource of resources) {
    const ids = resource.anyIds();
    if (!meetsSelectors(resource, select) || reject.some((rule) => rejectsBySelectors(resource, rule))) continue;
    if (!ids.some((id) => isSelected(id, select))) continue;
    if (reject.some((rule) => !isWithoutId(rule) && ids.some((id) => isSelected(id, rule)))) continue;
    copyInto(resource, value, target);
  }
}

function meetsSelectors(resource: Resource, { labelSelector, annotationSelector }: Selector): boolean {
  return (
    parseLabelSelector(annotationSelector ?? "")(resource.annotations()) &&
    parseLabelSelector(labelSelector ?? "")(resource.labels())
  );
}

function rejectsBySelectors(resource: Resource, rule: Selector): boolean {
  const hasSelectors = Boolean(rule.labelSelector) || Boolean(rule.annotationSelector);
  return hasSelectors && meetsSelectors(resource, rule);
}

function isWithoutId({ group, version, kind, name, namespace }: Selector): boolean {
  return !group && !version && !kind && !name && !namespace;
}

/** Exact names here, unlike the targets of patches. */
function isSelected(id: ResourceId, selector: Omit<Selector, "labelSelector" | "annotationSelector">): boolean {
  const { group = "", version = "", kind = "", name = "", namespace = "" } = selector;
  return (
    (name === "" || name === id.name) &&
    (namespace === "" || namespace === (id.namespace || "default")) &&
    isOfType(id, { group, version, kind })
  );
}

function copyInto(resource: Resource, value: YamlNode, { fieldPaths = [], options }: TargetRule): void {
  for (const path of fieldPaths.length === 0 ? [DEFAULT_PATH] : fieldPaths) {
    const create = options?.create === true ? value.kind : undefined;
    const fields = resource.node && matchPath(resource.node, splitFieldPath(path), create);
    if (!fields || fields.length === 0) {
      const what = create === undefined ? "find" : "find or create";
      throw new RenderProblem(`replacement: unable to ${what} field ${path} in ${resource}`);
    }
    for (const field of fields) setValue(field, value, options);
  }
}

function setValue(field: YamlNode, value: YamlNode, options: FieldOptions): void {
  const copy = cloneNode(value);
  if (options?.delimiter) {
    if (field.kind !== "scalar") throw new RenderProblem("replacement: the delimiter option is for values only");
    const text = joined(field.value, textOf(value), options.delimiter, options.index ?? 0);
    if (copy.kind === "scalar") copy.value = text;
  }
  // A value keeps the type that the field had; anything else takes the place of what was there.
  if (field.kind === "scalar") field.value = textOf(copy);
  else overwriteNode(field, copy);
}

function joined(present: string, value: string, delimiter: string, index: number): string {
  const parts = present.split(delimiter);
  if (index < 0) parts.unshift(value);
  else if (index >= parts.length) parts.push(value);
  else parts[index] = value;
  return parts.join(delimiter);
}

function describe({ group, version, kind, name, namespace }: Selector): string {
  return [kind, [group, version].filter(Boolean).join("/"), name, namespace].filter(Boolean).join(" ");
}
