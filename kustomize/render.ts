import { inBuildOrder } from "./build-order.ts";
import { checkResource, type KubernetesResource } from "./kubernetes-resource.ts";
import { KustomizeError } from "./kustomize-error.ts";
import { isClusterWide, placeInNamespace } from "./namespace.ts";
import { directoryOf, isInside, joinPath } from "./path.ts";
import { readDocuments } from "./read-documents.ts";

/** Gives the text of a file of the repository, by its path with forward slashes; undefined when there is none. */
export type ReadFile = (path: string) => string | undefined;

const FILE_NAMES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** What a kustomization may hold. Every other field is refused by name: rendering less than was asked would be a lie. */
const SUPPORTED = ["apiVersion", "kind", "resources", "namespace"];

interface Kustomization {
  readonly file: string;
  readonly resources: readonly string[];
  readonly namespace: string | undefined;
}

/**
 * Renders the kustomization in `directory` as `kustomize build` does, in its order.
 * Pure: all it knows of the world it learns through `readFile`. Throws a KustomizeError for what it does not support.
 */
export function renderKustomization(directory: string, readFile: ReadFile): KubernetesResource[] {
  return inBuildOrder(render(directory, readFile, []));
}

function render(directory: string, readFile: ReadFile, parents: readonly string[]): KubernetesResource[] {
  const kustomization = readKustomization(directory, readFile, parents.at(-1));
  if (parents.includes(directory)) {
    throw new KustomizeError(kustomization.file, `includes itself: ${[...parents, directory].join(" -> ")}`);
  }
  const { file, resources, namespace } = kustomization;
  const named = resources.flatMap((entry) =>
    resolve(kustomization, directory, entry, readFile, [...parents, directory]),
  );
  const found = namespace === undefined ? named : placeInNamespace(named, namespace);
  refuseDuplicates(file, found);
  return found;
}

function readKustomization(directory: string, readFile: ReadFile, parent: string | undefined): Kustomization {
  const present = FILE_NAMES.map((name) => joinPath(directory, name)).filter((file) => readFile(file) !== undefined);
  const [file, second] = present;
  if (file === undefined) {
    const where = parent === undefined ? "" : ` (a resource of ${parent})`;
    throw new KustomizeError(directory, `neither a file nor a folder with a ${FILE_NAMES[0]}${where}`);
  }
  if (second !== undefined) throw new KustomizeError(second, `found beside ${file}; keep one of them`);
  const [content, ...more] = readDocuments(file, readFile(file) ?? "");
  if (more.length > 0) throw new KustomizeError(file, "holds more than one document");
  if (typeof content !== "object" || content === null) throw new KustomizeError(file, "is not a kustomization");
  return checkKustomization(file, content);
}

function checkKustomization(file: string, content: object): Kustomization {
  const unsupported = Object.keys(content).filter((field) => !SUPPORTED.includes(field));
  if (unsupported.length > 0) {
    throw new KustomizeError(file, `uses ${unsupported.join(", ")}; supported are ${SUPPORTED.join(", ")}`);
  }
  const { kind = "Kustomization", namespace, resources = [] }: Record<string, unknown> = { ...content };
  if (kind !== "Kustomization") throw new KustomizeError(file, `is a ${String(kind)}, not a Kustomization`);
  if (!Array.isArray(resources) || !resources.every((entry) => typeof entry === "string")) {
    throw new KustomizeError(file, "resources must be a list of paths");
  }
  if (namespace !== undefined && typeof namespace !== "string") {
    throw new KustomizeError(file, "namespace must be a name");
  }
  return { file, resources, namespace };
}

function resolve(
  { file }: Kustomization,
  directory: string,
  entry: string,
  readFile: ReadFile,
  parents: readonly string[],
): KubernetesResource[] {
  if (/^[a-z]+:\/\/|^git@|\?ref=/.test(entry)) {
    throw new KustomizeError(file, `remote resource ${entry} is not supported; vendor it into the repository`);
  }
  if (entry.startsWith("/")) throw new KustomizeError(file, `resource ${entry} must be a relative path`);
  const path = joinPath(directory, entry);
  const text = readFile(path);
  if (text === undefined) return render(path, readFile, parents);
  if (!isInside(directory, directoryOf(path))) {
    throw new KustomizeError(file, `resource ${entry} is a file outside of ${directory}; name its folder instead`);
  }
  return readDocuments(path, text)
    .filter((document) => document !== null)
    .map((document) => checkResource(path, document));
}

function refuseDuplicates(file: string, resources: readonly KubernetesResource[]): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    const { apiVersion, kind, metadata } = resource;
    const namespace = isClusterWide(resource) ? "" : `${metadata.namespace ?? "default"}/`;
    const id = `${apiVersion} ${kind} ${namespace}${metadata.name}`;
    if (seen.has(id)) throw new KustomizeError(file, `${id} is there twice`);
    seen.add(id);
  }
}
