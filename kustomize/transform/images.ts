import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import type { ImageRule } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { goPattern } from "../select/select.ts";
import { fieldOf, isMissing, setScalar, type YamlNode } from "../yaml/node.ts";

/**
 * Changes images: everywhere below a field `containers` or `initContainers`, and in the fields of the configuration
 * (kustomize ImageTagTransformer). Definitions of kinds are left alone.
 */
export function setImage(resources: readonly Resource[], rule: ImageRule, fields: readonly FieldSpec[]): void {
  const change = imageChanger(rule);
  for (const resource of resources) {
    if (resource.kind === "CustomResourceDefinition" || !resource.node) continue;
    walk(resource.node, change);
    for (const spec of fields) visitField(resource, spec, change);
  }
}

type Change = (node: YamlNode) => void;

function walk(node: YamlNode, change: Change): void {
  if (node.kind === "list") for (const item of node.items) walk(item, change);
  if (node.kind !== "map") return;
  for (const { key, value } of node.entries) {
    walk(value, change);
    if ((key !== "containers" && key !== "initContainers") || value.kind !== "list") continue;
    for (const item of value.items) {
      const image = item.kind === "map" ? fieldOf(item, "image") : undefined;
      if (!isMissing(image)) change(image);
    }
  }
}

function imageChanger(rule: ImageRule): Change {
  const pattern = goPattern(`^${rule.name ?? ""}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
  return (node) => {
    if (isMissing(node)) return;
    if (node.kind !== "scalar") throw new RenderProblem("an image must be text");
    if (pattern.test(node.value)) setScalar(node, changedImage(node.value, rule));
  };
}

interface ImageParts {
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

/** Taken apart as kustomize does: a colon before the first slash belongs to the registry. */
function imageParts(image: string): ImageParts {
  const slash = Math.max(0, image.indexOf("/"));
  const at = image.indexOf("@", slash);
  const colon = image.indexOf(":", slash);
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: "", digest: image.slice(at + 1) };
  if (colon < 0) return { name: image, tag: "", digest: "" };
  if (at < 0) return { name: image.slice(0, colon), tag: image.slice(colon + 1), digest: "" };
  return { name: image.slice(0, colon), tag: image.slice(colon + 1, at), digest: image.slice(at + 1) };
}

function changedImage(image: string, { newName, newTag, digest: newDigest, tagSuffix }: ImageRule): string {
  const parts = imageParts(image);
  let { tag, digest } = parts;
  if (newTag || newDigest) {
    tag = newTag ?? "";
    digest = newDigest ?? "";
  } else if (tagSuffix) {
    tag += tagSuffix;
    digest = "";
  }
  return `${newName || parts.name}${tag && `:${tag}`}${digest && `@${digest}`}`;
}
