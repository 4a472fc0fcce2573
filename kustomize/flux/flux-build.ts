import type { KubernetesResource } from "../kubernetes-resource.ts";
import { buildTarget } from "../kustomization/build.ts";
import type { Folder, ReadFile, ResolveRemote } from "../kustomization/folder.ts";
import type { ImageRule, Kustomization, PatchRule } from "../kustomization/kustomization.ts";
import { KUSTOMIZATION_FILES, type KustomizationFile, readKustomization } from "../kustomization/read-kustomization.ts";
import { KustomizeError } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import { generatedResources } from "./generated-resources.ts";

/** What Flux builds: a folder of a source, and what the Kustomization says of it. */
export interface FluxBuild {
  /** The folder, as in `spec.path`. */
  readonly path: string;
  /** All files of the source. */
  readonly files: readonly string[];
  readonly readFile: ReadFile;
  /** Remote bases, where the controller allows them. */
  readonly resolveRemote?: ResolveRemote | undefined;
  readonly targetNamespace?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly nameSuffix?: string | undefined;
  readonly patches?: readonly PatchRule[] | undefined;
  readonly images?: readonly ImageRule[] | undefined;
  readonly components?: readonly string[] | undefined;
  readonly ignoreMissingComponents?: boolean | undefined;
  readonly buildMetadata?: readonly string[] | undefined;
}

/**
 * Builds a folder as Flux's kustomize-controller does (fluxcd/pkg kustomize/kustomize_generator.go): its kustomization,
 * or one made of all manifests below, with what the Kustomization adds; files may lie anywhere in the source.
 * Throws a KustomizeError. Decryption, `postBuild` and `commonMetadata` come after, in this order.
 */
export function buildFluxKustomization(build: FluxBuild): KubernetesResource[] {
  const path = joinPath("", build.path);
  const options = { anyFile: true, resolveRemote: build.resolveRemote };
  const folder: Folder = { path, readFile: build.readFile, options, parent: undefined };
  const own = ownOrGenerated(folder, build.files);
  const content = adapt(own.content, build, path);
  return buildTarget(folder, { ...own, content });
}

function ownOrGenerated(folder: Folder, files: readonly string[]): KustomizationFile {
  if (KUSTOMIZATION_FILES.some((name) => folder.readFile(joinPath(folder.path, name)) !== undefined)) {
    const own = readKustomization(folder);
    // Without resources Flux asks for their origin, so that the kustomization is not taken for empty.
    const bare = (own.content.resources ?? []).length === 0;
    return bare ? { ...own, content: { ...own.content, buildMetadata: ["originAnnotations"] } } : own;
  }
  const [name = ""] = KUSTOMIZATION_FILES;
  const resources = generatedResources(folder, files);
  return { file: joinPath(folder.path, name), name, isComponent: false, content: { resources } };
}

function adapt(content: Kustomization, build: FluxBuild, path: string): Kustomization {
  return {
    ...content,
    ...(build.targetNamespace !== undefined && { namespace: build.targetNamespace }),
    ...(build.namePrefix !== undefined && { namePrefix: build.namePrefix }),
    ...(build.nameSuffix !== undefined && { nameSuffix: build.nameSuffix }),
    ...(build.buildMetadata?.length && { buildMetadata: build.buildMetadata }),
    patches: [...(content.patches ?? []), ...(build.patches ?? [])],
    components: [...(content.components ?? []), ...componentsOf(build, path)],
    images: mergeImages(content.images ?? [], build.images ?? []),
  };
}

const ADDRESS = /^(?:git::|gh:|ssh:\/\/|https?:\/\/|git@|github\.com[:/]|\/|file:\/\/\/)/i;

function componentsOf({ components = [], ignoreMissingComponents, files }: FluxBuild, path: string): string[] {
  return components.filter((component) => {
    if (ADDRESS.test(component)) {
      throw new KustomizeError(path || ".", `component path '${component}' must be local and relative`);
    }
    const folder = joinPath(path, component);
    return !ignoreMissingComponents || files.some((file) => file.startsWith(`${folder}/`));
  });
}

/** What the Kustomization says of an image goes over what the folder says; tag and digest change together. */
function mergeImages(own: readonly ImageRule[], more: readonly ImageRule[]): ImageRule[] {
  const result = [...own];
  for (const image of more) {
    const index = result.findIndex(({ name }) => name === image.name);
    const { newName, newTag = "", digest = "" } = image;
    const known = result[index];
    if (!known) result.push(image);
    else {
      result[index] = {
        ...known,
        ...(newName && { newName }),
        ...((newTag || digest) && { newTag, digest }),
      };
    }
  }
  return result;
}
