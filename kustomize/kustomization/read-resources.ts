import { inFile, RenderProblem } from "../kustomize-error.ts";
import { Resource } from "../resource/resource.ts";
import { cloneNode, fieldOf, isEmpty, isNull, nodeAt, textOf, type YamlMap, type YamlNode } from "../yaml/node.ts";
import { readDocuments } from "../yaml/read-documents.ts";

/**
 * Reads the objects of a file, lists of objects taken apart, as kustomize does (api/resource/factory.go): a file that is
 * one List gives its items in place; any other list of objects gives them after what else the file has.
 * Throws a KustomizeError for what is no object of Kubernetes.
 */
export function readResources(file: string, text: string): Resource[] {
  return inFile(file, () => {
    const documents = readDocuments(file, text);
    const [only] = documents;
    const items = only && documents.length === 1 ? itemsOfList(only) : undefined;
    const queue = (items ?? documents).filter((node) => !isEmpty(node)).map(checkObject);
    const resources: Resource[] = [];
    for (const object of queue) {
      const nested = kindOf(object).endsWith("List") ? fieldOf(object, "items") : undefined;
      if (nested === undefined) resources.push(new Resource(object, file));
      else if (nested.kind === "list") queue.push(...nested.items.filter((node) => !isEmpty(node)).map(checkObject));
      else if (!isNull(nested)) throw new RenderProblem(`items of ${kindOf(object)} must be a list`);
    }
    return resources;
  });
}

function itemsOfList(node: YamlNode): YamlNode[] | undefined {
  const kind = kindOf(node);
  if (kind !== "List" && kind !== "ResourceList") return undefined;
  const items = fieldOf(node, "items");
  return items?.kind === "list" ? items.items.map(cloneNode) : undefined;
}

function checkObject(node: YamlNode): YamlMap {
  const at = node.line === undefined ? "" : `line ${node.line}: `;
  if (node.kind !== "map") throw new RenderProblem(`${at}holds a document that is not an object`);
  const kind = kindOf(node);
  if (kind === "") {
    const missing = fieldOf(node, "apiVersion") === undefined ? "apiVersion" : "kind";
    throw new RenderProblem(`${at}holds an object without ${missing}`);
  }
  if (!kind.endsWith("List") && textOf(nodeAt(node, "metadata", "name")) === "") {
    throw new RenderProblem(`${at}holds a ${kind} without metadata.name`);
  }
  return node;
}

function kindOf(node: YamlNode): string {
  return textOf(fieldOf(node, "kind"));
}
