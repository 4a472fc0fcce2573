import { inFile, KustomizeError, RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import { readDocuments } from "../yaml/read-documents.ts";
import type { Folder } from "./folder.ts";
import { type Kustomization, kustomizationDecoder } from "./kustomization.ts";

/** The names that kustomize looks for, in its order. */
export const KUSTOMIZATION_FILES = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** A kustomization and the file it is from. */
export interface KustomizationFile {
  readonly file: string;
  readonly name: string;
  readonly content: Kustomization;
  readonly isComponent: boolean;
}

const API_VERSIONS = {
  Kustomization: "kustomize.config.k8s.io/v1beta1",
  Component: "kustomize.config.k8s.io/v1alpha1",
} as const;

/**
 * Reads the kustomization of a folder. Throws a KustomizeError when there is none, or more than one, and for anything in
 * it that kustomize does not know or this renderer does not do: rendering less than was asked would be a lie.
 */
export function readKustomization(folder: Folder): KustomizationFile {
  const present = KUSTOMIZATION_FILES.filter((name) => folder.readFile(joinPath(folder.path, name)) !== undefined);
  const [name, second] = present;
  if (name === undefined) {
    const where = folder.parent === undefined ? "" : ` (a resource of ${folder.parent.path || "."})`;
    throw new KustomizeError(folder.path || ".", `neither a file nor a folder with a kustomization.yaml${where}`);
  }
  const file = joinPath(folder.path, name);
  if (second !== undefined) {
    throw new KustomizeError(joinPath(folder.path, second), `found beside ${file}; keep one of them`);
  }
  const content = inFile(file, () => decode(file, textOf(folder.readFile(file))));
  return { file, name, content, isComponent: content.kind === "Component" };
}

function textOf(content: string | Uint8Array | undefined): string {
  return typeof content === "string" ? content : new TextDecoder().decode(content);
}

function decode(file: string, text: string): Kustomization {
  const [document, ...more] = readDocuments(file, text);
  if (more.length > 0) throw new RenderProblem("holds more than one document");
  if (document === undefined) throw new RenderProblem("kustomization is empty");
  if (document.kind !== "map") throw new RenderProblem("is not a kustomization");
  const content = kustomizationDecoder(document, "");
  const { kind = "Kustomization", apiVersion } = content;
  if (kind !== "Kustomization" && kind !== "Component") {
    throw new RenderProblem(`is a ${kind}, not a Kustomization or a Component`);
  }
  const expected = API_VERSIONS[kind];
  if (apiVersion && apiVersion !== expected) throw new RenderProblem(`apiVersion for ${kind} should be ${expected}`);
  if (isEmptyKustomization(content)) throw new RenderProblem("kustomization is empty");
  return content;
}

/** Nothing but its type; empty lists say nothing either, except where kustomize tells them from none. */
function isEmptyKustomization(content: Kustomization): boolean {
  return Object.entries(content).every(
    ([field, value]) => ["apiVersion", "kind"].includes(field) || value === "" || value === undefined,
  );
}
