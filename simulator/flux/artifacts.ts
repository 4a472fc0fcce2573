import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { statusOf } from "./flux-status.ts";
import type { SourceFailure, SourceRequest, SourceTree, SourceTrees } from "./source-tree.ts";

/** How many revisions are kept at hand; others are asked for again. */
const KEPT = 32;

/** The trees behind the artifacts of sources. One store serves all clusters: equal revisions are kept once. */
export class Artifacts {
  readonly #sources: SourceTrees;
  readonly #trees = new Map<string, SourceTree>();

  constructor(sources: SourceTrees) {
    this.#sources = sources;
  }

  /** Fetches the newest revision of a source, and keeps its tree. */
  fetch(request: SourceRequest): SourceTree | { readonly failure: SourceFailure } {
    const found = this.#sources.find(request);
    if ("failure" in found) return found;
    const key = keyOf(request, found.revision);
    this.#trees.delete(key);
    this.#trees.set(key, found);
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > KEPT && oldest !== undefined) this.#trees.delete(oldest);
    return found;
  }

  /** The tree of a revision that was fetched before; undefined when it can no longer be had. */
  treeOf(request: SourceRequest, revision: string): SourceTree | undefined {
    const known = this.#trees.get(keyOf(request, revision));
    if (known) return known;
    const found = this.fetch(request);
    return "failure" in found || found.revision !== revision ? undefined : found;
  }
}

function keyOf({ kind, url }: SourceRequest, revision: string): string {
  return `${kind} ${url} ${revision}`;
}

/** What a source object asks for. */
export function requestOf(source: KubernetesObject): SourceRequest {
  const spec = isObject(source.spec) ? source.spec : {};
  const reference = isObject(spec.ref) ? spec.ref : {};
  const kind = source.kind === "OCIRepository" || source.kind === "Bucket" ? source.kind : "GitRepository";
  const texts = Object.entries(reference).map(([key, value]) => [key, String(value)] as const);
  return { kind, url: String(spec.url ?? ""), reference: Object.fromEntries(texts) };
}

/** The revision of a source's artifact, if it has one. */
export function revisionOf(source: KubernetesObject | undefined): string | undefined {
  const artifact = source && statusOf(source).artifact;
  return isObject(artifact) && typeof artifact.revision === "string" ? artifact.revision : undefined;
}

const SOURCE_API = "source.toolkit.fluxcd.io/v1";

/** A source object by its kind and name. */
export function findSource(
  cluster: ClusterModel,
  kind: string,
  namespace: string,
  name: string,
): KubernetesObject | undefined {
  const resource = cluster.resourceOfKind(SOURCE_API, kind);
  return resource && cluster.tableOf(resource).find(namespace, name);
}
