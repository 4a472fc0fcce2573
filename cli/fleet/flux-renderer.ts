import { type Fields, isFields, textAt } from "../../domain/fleet-check/objects/fields.ts";
import type { RenderedObject } from "../../domain/fleet-check/objects/fleet-object.ts";
import { baseName, cleanPath } from "../../domain/fleet-check/objects/paths.ts";
import type { FluxRenderer, RemoteAddress, RenderOutcome, RenderRequest } from "../../domain/fleet-check/renderer.ts";
import type { RepositoryFiles } from "../../domain/fleet-check/repository.ts";
import { buildFluxKustomization } from "../../kustomize/flux/flux-build.ts";
import { substituteVariables } from "../../kustomize/flux/post-build.ts";
import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import type { RemoteSource } from "../../kustomize/kustomization/folder.ts";
import { KustomizeError, RenderProblem } from "../../kustomize/kustomize-error.ts";
import { buildSpecOf } from "./build-spec.ts";
import { substituteInPlace } from "./substitute-in-place.ts";
import { withoutSchemas } from "./without-schemas.ts";

const ORIGIN = "config.kubernetes.io/origin";
/** What our renderer cannot do and Flux can. */
const OUR_LIMITS = /is not supported|are not supported|is not at hand|that is not supported here/;

/** Renders folders of a checkout as Flux does; equal requests are rendered once. */
export function fluxRenderer(files: RepositoryFiles): FluxRenderer {
  const outcomes = new Map<string, RenderOutcome>();
  const slimmed = new Map<string, string | undefined>();
  const readSlim = (path: string): string | undefined => {
    if (!slimmed.has(path)) {
      const text = files.read(path);
      slimmed.set(path, text === undefined ? undefined : withoutSchemas(text));
    }
    return slimmed.get(path);
  };
  const slim: RepositoryFiles = { paths: files.paths, read: readSlim };
  return {
    render(request) {
      const key = JSON.stringify([request.path, buildSpecOf(request.spec)]);
      const known = outcomes.get(key);
      if (known) return known;
      const quick = render(slim, request);
      // A patch may reach into what was left out, and a mistake is told with the lines of the file as it is.
      const outcome = quick.problem ? render(files, request) : quick;
      outcomes.set(key, outcome);
      return outcome;
    },
    substitute,
  };
}

function render(files: RepositoryFiles, { path, spec }: RenderRequest): RenderOutcome {
  const remotes: RemoteAddress[] = [];
  const resolveRemote = (url: string): RemoteSource => {
    if (!remotes.some((remote) => remote.url === url)) remotes.push({ url, place: placeOfAddress(files, url) });
    // What it holds is not known, so it holds nothing; that it is there is part of the answer.
    if (/\.ya?ml(?:$|\?)/.test(url)) return { text: "" };
    return { directory: "", readFile: (file) => (file === "kustomization.yaml" ? "resources: []\n" : undefined) };
  };
  try {
    const resources = buildFluxKustomization({
      ...buildSpecOf(spec),
      path,
      files: files.paths,
      readFile: (file) => files.read(file),
      resolveRemote,
      buildMetadata: ["originAnnotations"],
    });
    return { objects: resources.map((resource) => renderedObject(resource, path)), remotes, problem: null };
  } catch (error) {
    if (!(error instanceof KustomizeError || error instanceof RenderProblem)) throw error;
    const file = error instanceof KustomizeError ? error.file : path;
    const line = Number(/\bline (\d+)\b/.exec(error.message)?.[1] ?? 1);
    // A patch of what a remote base would have brought fails here alone.
    const isOurLimit = OUR_LIMITS.test(error.message) || remotes.length > 0;
    return { objects: [], remotes, problem: { file, line, message: error.message, isOurLimit } };
  }
}

function placeOfAddress(files: RepositoryFiles, url: string): RemoteAddress["place"] {
  for (const file of files.paths) {
    if (!/^kustomization\.ya?ml$|^Kustomization$/.test(baseName(file))) continue;
    const line = (files.read(file) ?? "").split("\n").findIndex((text) => text.includes(url));
    if (line >= 0) return { file, line: line + 1 };
  }
  return { file: ".", line: 1 };
}

/** An object with the file that it came from, without the note that says so. */
function renderedObject(resource: KubernetesResource, path: string): RenderedObject {
  const { apiVersion, kind, metadata } = resource;
  const { annotations, ...rest } = metadata;
  const { [ORIGIN]: origin, ...others } = isTexts(annotations) ? annotations : {};
  const body = {
    ...resource,
    metadata: { ...rest, ...(Object.keys(others).length > 0 && { annotations: others }) },
  };
  const [, from = ""] = /^(?:path|configuredIn): (.*)$/m.exec(origin ?? "") ?? [];
  const file = cleanPath(`${path}/${from.replace(/^["']|["']$/g, "")}`);
  return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace, body, file };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function substitute(object: RenderedObject, variables: ReadonlyMap<string, string>): RenderedObject | string {
  try {
    const { apiVersion, kind, name, namespace } = object;
    const metadata = {
      ...(isFields(object.body.metadata) ? object.body.metadata : {}),
      name,
      ...(namespace !== undefined && { namespace }),
    };
    const quick = substituteInPlace(object.body, variables);
    if (quick) return withBody(object, quick);
    const replaced = substituteVariables({ ...object.body, apiVersion, kind, metadata }, variables, false);
    return withBody(object, replaced);
  } catch (error) {
    if (error instanceof KustomizeError || error instanceof RenderProblem) return error.message;
    throw error;
  }
}

function withBody({ apiVersion, kind, name, file }: RenderedObject, body: Fields): RenderedObject {
  return {
    apiVersion: textAt(body, "apiVersion") ?? apiVersion,
    kind: textAt(body, "kind") ?? kind,
    name: textAt(body, "metadata", "name") ?? name,
    namespace: textAt(body, "metadata", "namespace"),
    body,
    file,
  };
}
