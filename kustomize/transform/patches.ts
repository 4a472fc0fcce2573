import type { Folder } from "../kustomization/folder.ts";
import { hasFile, loadText } from "../kustomization/folder.ts";
import type { PatchRule, Selector } from "../kustomization/kustomization.ts";
import { readResources } from "../kustomization/read-resources.ts";
import { inFile, KustomizeError, RenderProblem } from "../kustomize-error.ts";
import { strategicMerge } from "../merge/strategic-merge.ts";
import { joinPath } from "../path.ts";
import { NOTES, type Resource } from "../resource/resource.ts";
import { copyMetadata, type ResourceSet } from "../resource/resource-set.ts";
import { selectResources } from "../select/select.ts";
import { fromJson, type JsonValue, toJson } from "../yaml/json-value.ts";
import { readDocuments } from "../yaml/read-documents.ts";
import { applyJsonPatch, readJsonPatch } from "./json-patch.ts";

/** Applies one entry of `patches`: a strategic merge patch or a JSON patch, which its text tells. */
export function applyPatch(set: ResourceSet, rule: PatchRule, folder: Folder, own: string): void {
  const { text, source } = textOfPatch(rule, folder, own);
  if (isJsonPatch(source, text)) {
    if (!rule.target) throw new RenderProblem(`the JSON patch of ${source} needs a target`);
    applyJsonPatchTo(selectResources(set.list, rule.target), source, text, true);
    return;
  }
  const patches = readResources(source, text);
  if (patches.length === 0) throw new RenderProblem(`the patch of ${source} is empty`);
  for (const patch of patches) allowChanges(patch, rule.options);
  if (rule.target) mergeInto(set, patches, rule.target, source);
  else for (const patch of patches) mergePatch(set.theOne(patch.originalId()), patch);
}

/** Applies one entry of `patchesStrategicMerge`: a file, or the patches themselves. */
export function applyStrategicMerge(set: ResourceSet, entry: string, folder: Folder, own: string): void {
  const isFile = hasFile(folder, entry);
  const source = isFile ? joinPath(folder.path, entry) : own;
  if (!isFile && !/[\n:{]/.test(entry)) loadText(folder, entry);
  for (const patch of readResources(source, isFile ? loadText(folder, entry) : entry)) {
    const target = set.theOne(patch.originalId());
    mergeOne(target, patch);
    set.dropGone();
  }
}

/** Applies one entry of `patchesJson6902`. */
export function applyJson6902(set: ResourceSet, rule: PatchRule, folder: Folder, own: string): void {
  if (!rule.target?.name) throw new RenderProblem("patchesJson6902: the target must have a name");
  const { text, source } = textOfPatch(rule, folder, own);
  applyJsonPatchTo(selectResources(set.list, rule.target), source, text, false);
}

interface PatchText {
  readonly text: string;
  /** The file it is from. */
  readonly source: string;
}

function textOfPatch({ patch, path }: PatchRule, folder: Folder, own: string): PatchText {
  const inline = patch?.trim() ?? "";
  if (inline !== "" && path) throw new RenderProblem("a patch has patch or path, not both");
  if (inline !== "") return { text: inline, source: own };
  if (!path) throw new RenderProblem("a patch must have patch or path");
  return { text: loadText(folder, path), source: joinPath(folder.path, path) };
}

function isJsonPatch(source: string, text: string): boolean {
  if (text.startsWith("[")) return true;
  const [first] = readDocuments(source, text);
  return first?.kind === "list";
}

function allowChanges(patch: Resource, options: PatchRule["options"]): void {
  if (options?.get("allowNameChange")) patch.setNote(NOTES.allowNameChange, "enabled");
  if (options?.get("allowKindChange")) patch.setNote(NOTES.allowKindChange, "enabled");
}

function mergeInto(set: ResourceSet, patches: readonly Resource[], target: Selector, source: string): void {
  const [patch, second] = patches;
  if (!patch) return;
  if (second) throw new RenderProblem(`${source}: several strategic merge patches in one entry cannot have a target`);
  for (const resource of selectResources(set.list, target)) mergeOne(resource, patch);
  set.dropGone();
  const resources = set.list;
  set.list = [];
  set.appendAll(resources);
}

/** Applies a copy of a patch, made to be of the type of what it changes. */
function mergeOne(resource: Resource, patch: Resource): void {
  const copy = patch.clone();
  copyMetadata(copy, patch);
  copy.apiVersion = resource.apiVersion;
  copy.kind = patch.kind;
  mergePatch(resource, copy);
}

function mergePatch(resource: Resource, patch: Resource): void {
  const { name, namespace, kind } = resource;
  const mayRename = patch.note(NOTES.allowNameChange) === "enabled";
  const mayChangeKind = patch.note(NOTES.allowKindChange) === "enabled";
  if (mayRename || mayChangeKind) resource.rememberId();
  if (!resource.node || !patch.node) return;
  const label = resource.toString();
  try {
    const merged = strategicMerge(resource.node, patch.node);
    resource.node = merged?.kind === "map" ? merged : undefined;
  } catch (error) {
    if (!(error instanceof RenderProblem)) throw error;
    throw new RenderProblem(`patch of ${label}: ${error.message}`, { cause: error });
  }
  if (resource.isGone) {
    resource.node = undefined;
    return;
  }
  if (!mayChangeKind) resource.kind = kind;
  if (!mayRename) resource.name = name;
  resource.namespace = namespace;
}

function applyJsonPatchTo(targets: readonly Resource[], source: string, text: string, remember: boolean): void {
  const patch = inFile(source, () => readJsonPatch(jsonOf(source, text)));
  for (const resource of targets) {
    if (!resource.node) continue;
    if (remember) resource.rememberId();
    const kept = [...resource.annotations()].filter(([key]) => isNote(key));
    const document = toJson(resource.node);
    try {
      applyJsonPatch(document, structuredClone(patch));
    } catch (error) {
      if (!(error instanceof RenderProblem)) throw error;
      throw new KustomizeError(source, `${resource}: ${error.message}`, { cause: error });
    }
    const patched = fromJson(document);
    resource.node = patched.kind === "map" ? patched : undefined;
    resource.setAnnotations(new Map([...resource.annotations(), ...kept]));
  }
}

function isNote(annotation: string): boolean {
  return (
    annotation.startsWith("internal.config.kubernetes.io/") ||
    ["config.kubernetes.io/path", "config.kubernetes.io/index", "config.k8s.io/id"].includes(annotation)
  );
}

function jsonOf(source: string, text: string): JsonValue {
  if (!text.startsWith("[")) {
    const [document] = readDocuments(source, text);
    return document ? toJson(document, "1.1") : null;
  }
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch (error) {
    throw new RenderProblem("the JSON patch begins with [ but is not JSON", { cause: error });
  }
}
